"""The console's types are made of this very server: each schema of its documents has one."""

import re
from typing import Any

import pytest
from scripts import console_types


@pytest.mark.parametrize("document", [console_types.openapi(), console_types.frames()], ids=["operations", "frames"])
def test_every_schema_has_a_type(document: dict[str, Any]) -> None:
    made = console_types.types(document)
    names = set(document["components"]["schemas"])
    assert len(names) > 20
    assert {name for name in names if not re.search(rf"^ +{re.escape(name)}[?]?: ", made, re.MULTILINE)} == set()
