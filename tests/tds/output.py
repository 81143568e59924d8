"""OUTPUT as RETURNING, and the FROM of an UPDATE without its target, which PostgreSQL names once."""

from sqlglot import exp

_ROWS = {"inserted": "new", "deleted": "old"}


def returning(parsed: exp.Expr) -> exp.Expr:
    if isinstance(parsed, exp.Update):
        _target(parsed)
    found = parsed.args.get("returning")
    if found is not None:
        for column in found.find_all(exp.Column):
            if column.table.lower() in _ROWS:
                column.set("table", exp.to_identifier(_ROWS[column.table.lower()]))
    return parsed


def _target(update: exp.Update) -> None:
    for assigned in update.expressions:
        if isinstance(assigned.this, exp.Column):
            assigned.set("this", exp.column(assigned.this.this))
    source = update.args.get("from_")
    if source is None:
        return
    found = next((each for each in _sources(source) if _is(each, update.this)), None)
    if found is not None:
        _take_out(update, source, found)


def _sources(source: exp.From) -> list[exp.Expr]:
    return [source.this, *(join.this for join in source.this.args.get("joins") or [])]


def _is(source: exp.Expr, target: exp.Expr) -> bool:
    return isinstance(source, exp.Table) and source.alias_or_name.lower() == target.name.lower()


def _take_out(update: exp.Update, source: exp.From, found: exp.Expr) -> None:
    """The target leaves the FROM; the condition that joined it goes to the WHERE."""
    joins = source.this.args.get("joins") or []
    rest = [(join.this, join.args.get("on")) for join in joins]
    if found is not source.this:
        rest = [(source.this, None), *rest]
        source.this.set("joins", None)
    conditions = [condition.copy() for table, condition in rest if condition is not None]
    tables = [table.copy() for table, _ in rest if table is not found]
    target = found.copy()
    target.set("joins", None)
    update.set("this", target)
    update.set("from_", _from(tables) if tables else None)
    for condition in conditions:
        update.where(condition, copy=False)


def _from(tables: list[exp.Expr]) -> exp.From:
    first, *others = tables
    first.set("joins", [exp.Join(this=table) for table in others])
    return exp.From(this=first)
