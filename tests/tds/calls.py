"""The system procedures that drivers call to run statements with parameters."""

import struct
from collections.abc import Sequence

from sqlglot import exp
from tests.tds import literals, tokens
from tests.tds.describe import describe_parameters
from tests.tds.errors import SqlError
from tests.tds.rpc import Argument, Call
from tests.tds.session import DONE_IN_PROCEDURE, DONE_PROCEDURE, Session
from tests.tds.tokens import Answer, Done

_INT4 = b"\x26\x04"
Values = dict[str, exp.Expr]


async def call(session: Session, made: Call, answer: Answer) -> None:
    """Everything that the procedure answers, its return status and output parameters included."""
    try:
        number = await _run(session, made, answer)
    except SqlError as error:
        answer.add(tokens.error(error))
        number = error.number
    answer.add(tokens.return_status(number))
    answer.add(*_outputs(made, answer, session) if not number else ())
    answer.add(Done(DONE_PROCEDURE, tokens.FAILED if number else 0))


async def _run(session: Session, made: Call, answer: Answer) -> int:
    arguments = made.arguments
    match made.procedure:
        case "sp_executesql":
            names = parameter_names(_text(arguments, 1))
            return await _execute(session, _text(arguments, 0), names, arguments[2:], answer)
        case "sp_prepexec":
            prepared = _text(arguments, 2), parameter_names(_text(arguments, 1))
            session.prepared[_new_handle(session)] = prepared
            return await _execute(session, *prepared, arguments[3:], answer)
        case "sp_execute":
            return await _execute(session, *_prepared(session, arguments[0].value.value), arguments[1:], answer)
        case "sp_prepare":
            session.prepared[_new_handle(session)] = _text(arguments, 2), parameter_names(_text(arguments, 1))
        case "sp_unprepare":
            session.prepared.pop(arguments[0].value.value, None)
        case "sp_describe_undeclared_parameters":
            await describe_parameters(session, _text(arguments, 0), answer)
        case "sp_reset_connection":
            await session.reset()
        case _:
            text = f"Could not find stored procedure '{made.procedure}'."
            raise SqlError(2812, 16, 62, text, ends_batch=True)
    return 0


async def _execute(
    session: Session, text: str, names: Sequence[str], arguments: Sequence[Argument], answer: Answer
) -> int:
    values: Values = {}
    for place, argument in enumerate(arguments):
        name = argument.name or (names[place] if place < len(names) else "")
        values[name.lower()] = literals.literal(argument.value)
    return await session.batch(text, values, answer, DONE_IN_PROCEDURE)


def parameter_names(declared: str) -> tuple[str, ...]:
    """The names in `@P1 int, @P2 decimal(10, 2)`, lower case."""
    return tuple(word.rstrip(",").lower() for word in declared.replace(",", ", ").split() if word.startswith("@"))


def _text(arguments: Sequence[Argument], place: int) -> str:
    return str(arguments[place].value.value or "") if place < len(arguments) else ""


def _new_handle(session: Session) -> int:
    return max(session.prepared, default=0) + 1


def _prepared(session: Session, handle: int) -> tuple[str, tuple[str, ...]]:
    found = session.prepared.get(handle)
    if found is None:
        raise SqlError(8179, 16, 1, f"Could not find prepared statement with handle {handle}.", ends_batch=True)
    return found


def _outputs(made: Call, answer: Answer, session: Session) -> list[bytes]:
    """The handle of what has just been prepared."""
    if made.procedure not in {"sp_prepare", "sp_prepexec"}:
        return []
    value = struct.pack("<Bi", 4, max(session.prepared))
    return [tokens.return_value(0, made.arguments[0].name, _INT4, value)]
