"""What PostgreSQL infers of a statement's parameters, as sp_describe_undeclared_parameters answers."""

import asyncpg
from sqlglot import exp
from tests.tds import batches, columns
from tests.tds.errors import SqlError
from tests.tds.session import DONE_IN_PROCEDURE, Session
from tests.tds.tokens import COUNTED, Answer, Done
from tests.tds.translate import parse

# PostgreSQL's type: SQL Server's number, name, length in bytes, precision, scale.
_SUGGESTED = {
    "int2": (104, "bit", 1, 1, 0),
    "int4": (56, "int", 4, 10, 0),
    "int8": (127, "bigint", 8, 19, 0),
    "float8": (62, "float", 8, 53, 0),
    "numeric": (108, "numeric(38,10)", 17, 38, 10),
    "uuid": (36, "uniqueidentifier", 16, 0, 0),
    "bytea": (165, "varbinary(max)", -1, 0, 0),
    "timestamptz": (43, "datetimeoffset(7)", 10, 34, 7),
    "timestamp": (42, "datetime2(7)", 8, 27, 7),
    "date": (40, "date", 3, 10, 0),
}
_ANYTHING = (231, "nvarchar(max)", -1, 0, 0)
_BIT, _INT, _TEXT = 21, 23, 25
_COLUMNS = (
    ("parameter_ordinal", _INT), ("name", _TEXT), ("suggested_system_type_id", _INT),
    ("suggested_system_type_name", _TEXT), ("suggested_max_length", _INT), ("suggested_precision", _INT),
    ("suggested_scale", _INT), ("suggested_user_type_id", _INT), ("suggested_user_type_database", _TEXT),
    ("suggested_user_type_schema", _TEXT), ("suggested_user_type_name", _TEXT),
    ("suggested_assembly_qualified_type_name", _TEXT), ("suggested_xml_collection_id", _INT),
    ("suggested_xml_collection_database", _TEXT), ("suggested_xml_collection_schema", _TEXT),
    ("suggested_xml_collection_name", _TEXT), ("suggested_is_xml_document", _BIT),
    ("suggested_is_case_sensitive", _BIT), ("suggested_is_fixed_length_clr_type", _BIT), ("suggested_is_input", _BIT),
    ("suggested_is_output", _BIT), ("formal_parameter_name", _TEXT), ("suggested_tds_type_id", _INT),
    ("suggested_tds_length", _INT),
)  # fmt: skip


async def describe_parameters(session: Session, text: str, answer: Answer) -> None:
    """One row a parameter of the first statement, in the order of their names' first use."""
    parsed = parse(next(batches.statements(text)))
    names = _names(parsed)
    kinds = await _infer(session, parsed, names)
    rows = [_row(place, name, kind) for place, (name, kind) in enumerate(zip(names, kinds, strict=True), start=1)]
    described = [columns.column(name, oid, [row[at] for row in rows]) for at, (name, oid) in enumerate(_COLUMNS)]
    answer.add(columns.metadata(described), *(columns.row(described, row) for row in rows))
    answer.add(Done(DONE_IN_PROCEDURE, COUNTED, "SELECT", len(rows)))


def _names(parsed: exp.Expr) -> list[str]:
    found = (f"@{each.name}" for each in parsed.find_all(exp.Parameter, bfs=False) if isinstance(each.this, exp.Var))
    return sorted(set(found), key=lambda name: (len(name), name))


async def _infer(session: Session, parsed: exp.Expr, names: list[str]) -> list[str]:
    """PostgreSQL's types. Raises `SqlError` 11508 for what it cannot tell."""
    places: dict[str, exp.Expr] = {
        name.lower(): exp.Parameter(this=exp.Literal.number(place)) for place, name in enumerate(names, start=1)
    }
    translated = await session.translated(parsed, places)
    try:
        statement = await session.backend.describe(translated)
    except asyncpg.PostgresError as error:
        text = "The undeclared parameter is used in a way that its type cannot be deduced."
        raise SqlError(11508, 16, 1, text, ends_batch=True) from error
    return statement


def _row(place: int, name: str, kind: str) -> tuple[object, ...]:
    number, named, length, precision, scale = _SUGGESTED.get(kind, _ANYTHING)
    unused = (None,) * 9
    return (place, name, number, named, length, precision, scale, *unused, 0, 0, 0, 1, 0, None, number, length)
