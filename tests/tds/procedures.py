"""DECLARE, SET @x, EXEC of the application locks, WAITFOR."""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp
from tests.tds import literals
from tests.tds.errors import SqlError, syntax
from tests.tds.translate import Translated, parse

if TYPE_CHECKING:
    from tests.tds.session import Session

_FLAGS = re.IGNORECASE | re.DOTALL
_DECLARE = re.compile(r"DECLARE\s+(?P<list>.+)$", _FLAGS)
_DECLARED = re.compile(r"(?P<name>@\w+)\s+(?:AS\s+)?\w+(?:\s*\([^)]*\))?(?:\s*=\s*(?P<value>[^,]+))?\s*(?:,|$)", _FLAGS)
_ASSIGN = re.compile(r"SET\s+(?P<name>@\w+)\s*=\s*(?P<value>.+)$", _FLAGS)
_EXEC = re.compile(
    r"EXEC(?:UTE)?\s+(?:(?P<result>@\w+)\s*=\s*)?(?:sys\.)?(?P<name>sp_(?:get|release)applock)\b(?P<rest>.*)$", _FLAGS
)
_ARGUMENT = re.compile(r"@(?P<name>\w+)\s*=\s*(?:N?'(?P<text>(?:[^']|'')*)'|(?P<number>-?\d+))")
_WAIT = re.compile(r"WAITFOR\s+DELAY\s+N?'(?P<h>\d+):(?P<m>\d+):(?P<s>\d+(?:\.\d+)?)'$", _FLAGS)
_LOCK_NOT_GRANTED, _DEADLOCK, _PARAMETER_ERROR = -1, -3, -999


async def run(session: Session, statement: str, variables: dict[str, exp.Expr]) -> bool:
    """Whether `statement` was one of these."""
    if found := _DECLARE.match(statement):
        for each in _DECLARED.finditer(found["list"]):
            value = await _evaluate(session, each["value"], variables) if each["value"] else exp.Null()
            variables[each["name"].lower()] = value
    elif found := _ASSIGN.match(statement):
        variables[found["name"].lower()] = await _evaluate(session, found["value"], variables)
    elif found := _EXEC.match(statement):
        arguments = {each["name"].lower(): each["text"] or each["number"] for each in _ARGUMENT.finditer(found["rest"])}
        result = await _application_lock(session, found["name"].lower(), arguments)
        if found["result"]:
            variables[found["result"].lower()] = literals.number(result)
    elif found := _WAIT.match(statement):
        await asyncio.sleep(int(found["h"]) * 3600 + int(found["m"]) * 60 + float(found["s"]))
    else:
        return False
    return True


async def _evaluate(session: Session, text: str, variables: dict[str, exp.Expr]) -> exp.Expr:
    """One value, as the literal that stands for it from then on."""
    result = await session.backend.run(await session.translated(parse(f"SELECT {text}"), variables))
    value = result.rows[0][0]
    if value is None:
        return exp.Null()
    return literals.number(value) if isinstance(value, int | Decimal) else literals.text(str(value))


async def _application_lock(session: Session, procedure: str, arguments: dict[str, str]) -> int:
    """0 granted, 1 granted after a wait, -1 timed out, -3 deadlock, -999 a parameter is wrong."""
    resource, owner = arguments.get("resource", ""), arguments.get("lockowner", "Transaction").lower()
    if not resource:
        raise syntax(procedure)
    if owner == "transaction" and not session.transactions.count:
        return _PARAMETER_ERROR
    shared = "_shared" if arguments.get("lockmode", "").lower() == "shared" else ""
    key = f"hashtextextended({literals.text('applock ' + resource).sql('postgres')}, 0)"
    if procedure == "sp_releaseapplock":
        result = await session.backend.run(Translated(f"SELECT pg_advisory_unlock({key})", "SELECT"))
        return 0 if result.rows[0][0] else _PARAMETER_ERROR
    xact = "_xact" if owner == "transaction" else ""
    timeout = int(arguments.get("locktimeout") or -1)
    return await _take(session, f"advisory{xact}_lock{shared}({key})", timeout)


async def _take(session: Session, lock: str, timeout: int) -> int:
    """`timeout` in milliseconds; -1 waits for ever, 0 does not wait."""
    result = await session.backend.run(Translated(f"SELECT pg_try_{lock}", "SELECT"))
    if result.rows[0][0]:
        return 0
    if timeout == 0:
        return _LOCK_NOT_GRANTED
    limit = f"SELECT set_config('lock_timeout', '{max(timeout, 0)}', true)"
    try:
        await session.backend.run(Translated(f"SELECT pg_{lock}", "SELECT", locks=(limit,)))
    except SqlError as error:
        if error.number == 1222:
            return _LOCK_NOT_GRANTED
        if error.number == 1205:
            return _DEADLOCK
        raise
    if session.transactions.count:  # what was set for this wait would hold until its end
        restored = f"SELECT set_config('lock_timeout', '{session.lock_timeout}', true)"
        await session.backend.run(Translated(restored, "SELECT"))
    return 1
