"""@variables of a batch, @@variables of a session."""

from sqlglot import exp
from tests.tds import literals
from tests.tds.errors import syntax
from tests.tds.login import SERVER_VERSION
from tests.tds.tokens import SERVER_NAME

VERSION = (
    f"Microsoft SQL Server 2022 (stand-in) - {SERVER_VERSION[0]}.{SERVER_VERSION[1]}.{SERVER_VERSION[2]}.4 (X64) \n"
    "\tDeveloper Edition (64-bit)"
)


def session_variable(name: str, *, trancount: int, rowcount: int, spid: int) -> exp.Expr:
    """`name` without its @@, in capitals. Raises `SqlError` 102 for one that the stand-in does not keep."""
    known: dict[str, exp.Expr] = {
        "TRANCOUNT": literals.number(trancount),
        "ROWCOUNT": literals.number(rowcount),
        "SPID": literals.number(spid),
        "VERSION": exp.Literal.string(VERSION),
        "IDENTITY": exp.Anonymous(this="scope_identity"),
        "SERVERNAME": exp.Literal.string(SERVER_NAME),
    }
    if name not in known:
        raise syntax(f"@@{name}")
    return known[name]
