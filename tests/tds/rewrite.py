"""Types, variables, functions and names of a parsed statement, from T-SQL's to PostgreSQL's."""

from collections.abc import Callable, Mapping

from sqlglot import exp
from tests.tds import literals
from tests.tds.errors import SqlError, syntax

_TYPES = {
    "BIT": "smallint",  # which compares with 0 and 1 as BIT does; no other type becomes smallint
    "BOOLEAN": "smallint",
    "TINYINT": "int",
    "UTINYINT": "int",
    "SMALLINT": "int",
    "VARBINARY": "bytea",
    "BINARY": "bytea",
    "IMAGE": "bytea",
    "DATETIME": "timestamp",
    "DATETIME2": "timestamp",
    "SMALLDATETIME": "timestamp",
    "TIMESTAMP": "timestamp",
    "TIMESTAMPNTZ": "timestamp",
    "TIMESTAMPTZ": "timestamptz",
    "MONEY": "numeric(19, 4)",
    "FLOAT": "double precision",
    "DOUBLE": "double precision",
}
_TEXTS = {"NVARCHAR", "VARCHAR", "NCHAR", "CHAR", "TEXT"}


def types(parsed: exp.Expr) -> exp.Expr:
    for found in list(parsed.find_all(exp.DataType)):
        found.replace(_type(found))
    return parsed


def _type(found: exp.DataType) -> exp.DataType:
    name = found.this.name if isinstance(found.this, exp.DType) else str(found.this)
    if name in _TEXTS:
        length = found.expressions[0].name if found.expressions else "MAX"
        return build("text" if length.upper() == "MAX" else f"varchar({length})")
    return build(_TYPES[name]) if name in _TYPES else found


def build(name: str) -> exp.DataType:
    return exp.DataType.build(name, dialect="postgres")


def variables(parsed: exp.Expr, parameters: Mapping[str, exp.Expr], session: Callable[[str], exp.Expr]) -> exp.Expr:
    """@name from `parameters`, @@NAME from `session`. Raises `SqlError` 137 for one that was not declared."""

    def put(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Parameter):
            return node
        if isinstance(node.this, exp.Parameter):
            return session(node.this.name.upper())
        name = f"@{node.name}".lower()
        if name not in parameters:
            raise SqlError(137, 15, 2, f'Must declare the scalar variable "@{node.name}".', ends_batch=True)
        return parameters[name].copy()

    return parsed.transform(put)


def expressions(parsed: exp.Expr) -> exp.Expr:
    """From the leaves up, so that what is put in has been changed already."""
    for node in reversed(list(parsed.walk())):
        changed = _expression(node)
        if changed is None:
            node.pop()
        elif changed is not node:
            node.replace(changed)
    return parsed


def _expression(node: exp.Expr) -> exp.Expr | None:
    """None leaves the node out."""
    if isinstance(node, exp.ColumnConstraint) and isinstance(node.kind, exp.CollateColumnConstraint):
        return None
    for kind, change in _CHANGES.items():
        if isinstance(node, kind):
            return change(node)
    return node


def _count(node: exp.Expr) -> exp.Expr:
    """An INT, unless it is COUNT_BIG."""
    return node if node.args.get("big_int") or isinstance(node.parent, exp.Cast) else literals.cast(node.copy(), "int")


def _add(node: exp.Expr) -> exp.Expr:
    joins = any(_is_text(side) for side in (node.this, node.expression))
    return exp.DPipe(this=node.this, expression=node.expression, safe=True) if joins else node


def _like(node: exp.Expr) -> exp.Expr:
    """PostgreSQL's escapes with a backslash unless told otherwise, T-SQL's with nothing."""
    if isinstance(node.parent, exp.Escape):
        return node
    return _escape(exp.Escape(this=node.copy(), expression=exp.Literal.string("")))


def _escape(node: exp.Expr) -> exp.Expr:
    """Raises `SqlError` 102 for a set like `[a-z]`, which SQL Server's LIKE has and PostgreSQL's has not."""
    mark = node.expression.name
    for pattern in node.this.expression.find_all(exp.Literal):
        if "[" in (pattern.name.replace(mark + "[", "") if mark else pattern.name):
            raise syntax("[ in a pattern of LIKE")
    return node


def _is_text(node: exp.Expr) -> bool:
    """Whether + joins instead of adding; two columns cannot be told from numbers."""
    if isinstance(node, exp.Cast):
        return node.to.is_type("text", "varchar")
    return node.is_string or isinstance(node, exp.National | exp.DPipe)


def _index_order(node: exp.Expr) -> exp.Expr:
    """No NULLS FIRST in keys: it changes nothing that can be seen, and PostgreSQL refuses it in a primary key."""
    if isinstance(node.parent, exp.Order):
        return node
    if not node.args.get("desc"):
        inner: exp.Expr = node.this
        return inner
    node.set("nulls_first", True)
    return node


def _function(node: exp.Expr) -> exp.Expr:
    name = node.name.upper() if isinstance(node, exp.Anonymous) else type(node).__name__
    return _FUNCTIONS[name](node) if name in _FUNCTIONS else node


def _moment(_: exp.Expr) -> exp.Expr:
    """SQL Server's clock goes on within a transaction; ours is in UTC."""
    return literals.cast(_now(_), "timestamp")


def _now(_: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="clock_timestamp")


def _sys(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Dot(this=exp.to_identifier("sys"), expression=exp.Anonymous(this=name, expressions=list(arguments)))


_FUNCTIONS: dict[str, Callable[[exp.Expr], exp.Expr]] = {
    "CurrentTimestampLTZ": _now,
    "CurrentTimestamp": _moment,
    "SYSUTCDATETIME": _moment,
    "GETUTCDATE": _moment,
    "SYSDATETIME": _moment,
    "SCOPE_IDENTITY": lambda _: _sys("last_identity"),
    "CurrentSchema": lambda _: exp.Literal.string("dbo"),
    "ObjectId": lambda node: _sys("object_id", node.this),
}
_CHANGES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]] = {
    exp.National: lambda node: literals.text(node.name),
    exp.HexString: lambda node: literals.binary(node.name),
    exp.Collate: lambda node: _expression(node.this),
    exp.Count: _count,
    exp.Add: _add,
    exp.Like: _like,
    exp.Escape: _escape,
    exp.Ordered: _index_order,
    exp.Func: _function,
}


def names(parsed: exp.Expr) -> exp.Expr:
    """All in lower case and quoted, for T-SQL's do not depend on case; no database before the schema."""
    for identifier in list(parsed.find_all(exp.Identifier)):
        identifier.replace(exp.Identifier(this=identifier.name.lower(), quoted=True))
    for table in parsed.find_all(exp.Table):
        table.set("catalog", None)
    return parsed


def types_text(written: str) -> str:
    """A T-SQL type in PostgreSQL's words."""
    return _type(exp.DataType.build(written, dialect="tsql")).sql("postgres")
