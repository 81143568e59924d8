"""UPDLOCK as FOR UPDATE, HOLDLOCK alone as FOR SHARE: a shared lock that is held until the end.

Both together also lock the very range, which PostgreSQL cannot lock while it is empty.
"""

from sqlglot import exp
from tests.tds.errors import syntax

_LOCKING = {"UPDLOCK", "XLOCK"}
_RANGE = {"HOLDLOCK", "SERIALIZABLE"}
_HELD = {*_RANGE, "REPEATABLEREAD"}


def lock(parsed: exp.Expr) -> list[str]:
    """Changes `parsed`; returns the statements that take the ranges' locks."""
    ranges = []
    for select in list(parsed.find_all(exp.Select)):
        for table in _tables(select):
            words = _words(table)
            table.set("hints", None)
            if words & _LOCKING:
                if words & _RANGE:
                    ranges.append(_range_lock(select, table))
                _lock_rows(select, table, words)
            elif words & _HELD:
                _lock_rows(select, table, words, update=False)
    for table in parsed.find_all(exp.Table):
        table.set("hints", None)
    return ranges


def _tables(select: exp.Select) -> list[exp.Table]:
    source = select.args.get("from_")
    found = [source.this, *(join.this for join in select.args.get("joins") or [])] if source else []
    return [each for each in found if isinstance(each, exp.Table)]


def _words(table: exp.Table) -> set[str]:
    return {each.name.upper() for hint in table.args.get("hints") or [] for each in hint.expressions}


def _range_lock(select: exp.Select, table: exp.Table) -> str:
    """Two statements over the same condition wait for each other; another condition over the same rows is not seen."""
    where = select.args.get("where")
    key = exp.Literal.string(f"{table.name.lower()} {where.sql('postgres') if where else ''}").sql("postgres")
    return f"SELECT pg_advisory_xact_lock(hashtextextended({key}, 0))"


def _lock_rows(select: exp.Select, table: exp.Table, words: set[str], *, update: bool = True) -> None:
    """`wait` is sqlglot's word: True is NOWAIT, False is SKIP LOCKED."""
    wait = True if "NOWAIT" in words else False if "READPAST" in words else None
    made = exp.Lock(update=update, wait=wait, expressions=[exp.to_identifier(table.alias_or_name)])
    if not _folds(select):
        select.append("locks", made)
        return
    if select.args.get("joins"):
        raise syntax("UPDLOCK on a join that is aggregated")
    where = select.args.get("where")
    inner = exp.select("*").from_(table.copy()).where(where.this if where else None, copy=False)
    inner.append("locks", made)
    select.set("where", None)
    table.replace(inner.subquery(table.alias_or_name))


def _folds(select: exp.Select) -> bool:
    """Whether a row of the answer is no single row of the table: PostgreSQL has no FOR UPDATE there."""
    return bool(select.args.get("group") or select.args.get("distinct")) or any(
        each.find(exp.AggFunc) for each in select.expressions
    )
