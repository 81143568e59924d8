"""Alerts and the dashboard ask for what /metrics really has, and are silent while all is well."""

import json
import math
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import promql_parser as promql
import pytest
import yaml
from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families
from tests.docs.pages import ROOT, read
from tests.stories.harness import Json, System, running_system

from plantao.kit import metrics

RULES: Json = yaml.safe_load(read("deploy/prometheus/alerts.yml"))
ALERTS: list[Json] = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARD: Json = json.loads(read("deploy/grafana/plantao.json"))
PANELS: list[Json] = DASHBOARD["panels"]
SCRAPE = {"job", "instance"}  # labels that Prometheus adds
SOURCE = "${fonte}"


def series() -> dict[str, set[str]]:
    """Every series that /metrics has, with its labels."""
    found: dict[str, set[str]] = {"up": set()}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            name = next(iter(metric.describe())).name
            labels = set(metric._labelnames)
            if isinstance(metric, Histogram):
                found |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
            else:
                found[f"{name}_total" if isinstance(metric, Counter) else name] = labels
    return {name: labels | SCRAPE for name, labels in found.items()}


SERIES = series()


def dashboard_expressions() -> list[str]:
    return [target["expr"] for panel in PANELS for target in panel.get("targets", ())]


def parsed(expression: str) -> promql.Expr:
    """Grafana's variables stand for a duration and a text."""
    return promql.parse(expression.replace("$__rate_interval", "5m"))


def parts(expr: Any) -> Iterator[Any]:
    """The expression and all within it."""
    yield expr
    for name in ("lhs", "rhs", "expr", "vector_selector", "vs"):
        below = getattr(expr, name, None)
        if below is not None and not callable(below):
            yield from parts(below)
    for argument in getattr(expr, "args", ()) or ():
        yield from parts(argument)


def asked(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Each metric in it, with the labels that its selector and the groupings around it name."""
    found = list(parts(parsed(expression)))
    groupings = {
        label
        for one in found
        if isinstance(one, promql.AggregateExpr) and one.modifier
        for label in one.modifier.labels
    }
    for one in found:
        if isinstance(one, promql.VectorSelector):
            yield str(one.name), {matcher.name for matcher in one.matchers.matchers} | groupings


@pytest.mark.parametrize("expression", [alert["expr"] for alert in ALERTS] + dashboard_expressions())
def test_every_expression_asks_for_series_and_labels_that_exist(expression: str) -> None:
    names = list(asked(expression))
    assert names
    for name, labels in names:
        assert name in SERIES, name
        assert labels <= SERIES[name], (name, labels - SERIES[name])


def test_a_wrong_name_or_label_would_be_found() -> None:
    assert dict(asked('sum by (nothing) (rate(plantao_x_total{why="a"}[5m]))')) == {
        "plantao_x_total": {"why", "nothing"}
    }


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for expression in dashboard_expressions() for name, _ in asked(expression)}
    wanted = {name for name in SERIES if not name.endswith(("_sum", "_count"))}
    assert wanted - shown == set()


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_every_alert_says_how_bad_it_is_and_what_to_do(alert: Json) -> None:
    assert re.fullmatch(r"Plantao[A-Z]\w+", alert["alert"])
    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert set(alert["annotations"]) == {"summary", "description", "runbook"}
    for text in alert["annotations"].values():
        assert len(text) > 10
    assert promql.parse_duration(alert.get("for", "1s")) <= timedelta(minutes=15)


def test_alerts_have_names_of_their_own() -> None:
    names = [alert["alert"] for alert in ALERTS]
    assert len(names) == len(set(names))


def test_what_a_runbook_tells_to_look_for_is_there() -> None:
    """Log events, settings and commands."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/plantao").rglob("*.py"))
    told = " ".join(alert["annotations"]["runbook"] for alert in ALERTS)
    for event in re.findall(r"[Pp]rocure `(\w+)`|e `(\w+)` no log", told):
        assert f'"{event[0] or event[1]}"' in code, event
    for setting in re.findall(r"PLANTAO_([A-Z_]+)", told):
        assert f"    {setting.lower()}:" in read("src/plantao/settings.py"), setting


def test_panels_have_ids_and_places_of_their_own() -> None:
    ids = [panel["id"] for panel in PANELS]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {(place["x"] + dx, place["y"] + dy) for dx in range(place["w"]) for dy in range(place["h"])}
        assert cells
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells


def test_the_dashboard_asks_the_data_source_that_is_chosen() -> None:
    variables = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    assert variables["fonte"]["type"] == "datasource"
    for panel in PANELS:
        if panel["type"] == "row":
            continue
        assert panel["datasource"] == {"type": "prometheus", "uid": SOURCE}
        assert panel["title"]
        assert panel["targets"]
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == SOURCE
            assert set(re.findall(r"\$(\w+)", target["expr"])) <= set(variables) | {"__rate_interval"}
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references))


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    async with running_system(database_url) as running:
        yield running


Vector = list[tuple[dict[str, str], float]]


def value_of(expr: Any, told: dict[str, Vector]) -> Any:  # noqa: PLR0911 - one way out for each kind of expression
    """What an expression is at this moment, in a system in which nothing has happened for as long as it looks back."""
    match expr:
        case promql.NumberLiteral():
            return expr.val
        case promql.ParenExpr():
            return value_of(expr.expr, told)
        case promql.VectorSelector():
            return [one for one in told.get(str(expr.name), []) if fits(one[0], expr.matchers.matchers)]
        case promql.MatrixSelector():
            return value_of(expr.vector_selector, told)
        case promql.Call(func=function) if function.name in {"rate", "increase"}:
            return [(labels, 0.0) for labels, _ in value_of(expr.args[0], told)]
        case promql.Call(func=function) if function.name == "histogram_quantile":
            return [({}, math.nan)]  # of nothing
        case promql.AggregateExpr():
            values = [value for _, value in value_of(expr.expr, told)]
            over: dict[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min}
            return [({}, over[str(expr.op)](values))] if values else []
        case promql.BinaryExpr():
            return combined(str(expr.op), value_of(expr.lhs, told), value_of(expr.rhs, told))
    raise AssertionError(f"an expression of a kind that this evaluator does not know: {type(expr)}")


def fits(labels: dict[str, str], matchers: Any) -> bool:
    def one(matcher: Any) -> bool:
        value, wanted = labels.get(matcher.name, ""), matcher.value
        match str(matcher.op).rpartition(".")[2]:
            case "Equal":
                return bool(value == wanted)
            case "NotEqual":
                return bool(value != wanted)
            case "Re":
                return re.fullmatch(wanted, value) is not None
        raise AssertionError(f"a matcher of a kind that this evaluator does not know: {matcher.op}")

    return all(one(matcher) for matcher in matchers)


def combined(op: str, left: Vector, right: Any) -> Vector:
    if op == "and":
        return left if right else []
    number = right if isinstance(right, float) else (right[0][1] if right else math.nan)
    if op == "/":
        return [(labels, value / number if number else math.nan) for labels, value in left]
    kept = {">": float.__gt__, "==": float.__eq__}[op]
    return [(labels, value) for labels, value in left if kept(float(value), float(number))]


async def scraped(system: System) -> dict[str, Vector]:
    found: dict[str, Vector] = {"up": [({"job": "plantao"}, 1.0)]}
    for family in text_string_to_metric_families((await system.client.get("/metrics")).text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
    return found


async def test_no_alert_fires_in_a_healthy_system(system: System) -> None:
    told = await scraped(system)
    firing = [alert["alert"] for alert in ALERTS if value_of(parsed(alert["expr"]), told)]
    assert firing == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"up": 0.0}, "PlantaoForaDoAr"),
        ({"plantao_ledger_pending": 51.0}, "PlantaoEntradaParada"),
        ({"plantao_outbox_pending": 101.0}, "PlantaoSaidaAcumulada"),
        ({"plantao_media_pending": 51.0}, "PlantaoArquivosParados"),
        ({"plantao_queue_depth": 21.0, "websocket_connections_active": 3.0}, "PlantaoFilaLonga"),
        ({"plantao_queue_depth": 1.0, "websocket_connections_active": 0.0}, "PlantaoFilaSemAtendentes"),
    ],
)
async def test_an_alert_fires_when_it_should(system: System, changes: dict[str, float], name: str) -> None:
    told = await scraped(system) | {metric: [({"job": "plantao"}, value)] for metric, value in changes.items()}
    assert [alert["alert"] for alert in ALERTS if value_of(parsed(alert["expr"]), told)] == [name]
