"""docs/api.md tells what the code does: nothing less, nothing more."""

import re
from types import ModuleType
from typing import Any, get_args

import msgspec
import pytest
from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase
from tests.contract.conformance import openapi_document
from tests.docs.pages import code_words, first_column, read, section

from plantao.conversations import events
from plantao.kit import metrics
from plantao.kit.errors import ErrorCode
from plantao.realtime import frames

API = read("docs/api.md")
METHODS = "GET|POST|PUT|PATCH|DELETE|WS"
# Outside the OpenAPI document: the documents themselves, and the socket.
UNDESCRIBED = {("GET", "/openapi.json"), ("GET", "/asyncapi.json"), ("GET", "/docs"), ("WS", "/ws/chat")}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document()


def routes(document: dict[str, Any]) -> set[tuple[str, str]]:
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    return described | UNDESCRIBED


def headings() -> dict[tuple[str, str], str]:
    """The text below the heading of each endpoint."""
    found = re.findall(rf"^### `({METHODS}) (\S+)`$", API, re.MULTILINE)
    return {(method, path): section(API, f"### `{method} {path}`") for method, path in found}


def public_name(metric: MetricWrapperBase) -> str:
    name: str = next(iter(metric.describe())).name
    return f"{name}_total" if isinstance(metric, Counter) else name


def structs(module: ModuleType) -> dict[str, type[msgspec.Struct]]:
    """The frames defined in a module, by their `type`."""
    found = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, msgspec.Struct) and item.__module__ == module.__name__
    ]
    return {str(item.__struct_config__.tag): item for item in found if item.__struct_config__.tag is not None}


CLIENT = {str(frame.__struct_config__.tag): frame for frame in get_args(frames.ClientFrame)}
SERVER = {tag: frame for tag, frame in (structs(frames) | structs(events)).items() if tag not in CLIENT}


def test_every_endpoint_is_described_and_no_other(document: dict[str, Any]) -> None:
    assert set(headings()) == routes(document)


def test_every_parameter_stands_with_its_endpoint(document: dict[str, Any]) -> None:
    texts = headings()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            asked = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}
            assert asked <= code_words(texts[method.upper(), path]), path


def test_every_body_field_stands_with_its_endpoint(document: dict[str, Any]) -> None:
    texts, schemas = headings(), document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            names = re.findall(r"#/components/schemas/(\w+)", str(operation.get("requestBody", "")))
            fields = {field for name in names for field in schemas[name]["properties"]}
            assert fields <= code_words(texts[method.upper(), path]), path


def test_every_field_and_every_value_is_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    names = {name for schema in schemas.values() for name in schema.get("properties", ())}
    values = {value for schema in schemas.values() for value in schema.get("enum", ())}
    assert names | values <= code_words(API) | set(re.findall(r'"(\w+)"', API))


def test_every_error_code_is_described_and_no_other() -> None:
    told = first_column(section(API, "### Errors"))
    assert sorted(told) == sorted(ErrorCode)


def test_every_metric_is_described_with_its_labels_and_no_other() -> None:
    found = {public_name(m): m for m in vars(metrics).values() if isinstance(m, MetricWrapperBase)}
    text = headings()["GET", "/metrics"]
    assert sorted(first_column(text)) == sorted(found)
    for name, metric in found.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
        assert set(metric._labelnames) <= code_words(row), name


@pytest.mark.parametrize(("heading", "known"), [("### Client frames", CLIENT), ("### Server frames", SERVER)])
def test_every_frame_is_described_with_its_fields_and_no_other(
    heading: str, known: dict[str, type[msgspec.Struct]]
) -> None:
    rows = [line.split("|") for line in section(API, heading).splitlines() if line.startswith("| `")]
    told = {cells[1].strip(" `"): set(re.findall(r"`(\w+)`\??(?=[,\s])", cells[2])) for cells in rows}
    assert {tag: set(frame.__struct_fields__) for tag, frame in known.items()} == told


def test_every_header_of_ours_is_described() -> None:
    told = {name.lower() for name in first_column(section(API, "## Conventions"))}
    assert {"x-request-id", "idempotency-key", "x-hub-signature-256", "retry-after", "www-authenticate"} <= told
