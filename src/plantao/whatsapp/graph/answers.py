"""Reading Graph's answers: an object, Meta's refusal, or something that is not Meta's at all."""

from typing import Final

from plantao.whatsapp.graph.error_table import ErrorClass
from plantao.whatsapp.graph.errors import GraphError, NotSent, OutcomeUnknown, title_of
from plantao.whatsapp.wire.decode import read_json
from plantao.whatsapp.wire.errors import read_error
from plantao.whatsapp.wire.fields import JsonObject, label, obj

MAX_ANSWER: Final = 1024 * 1024


def read_answer(status: int, body: bytes | None, *, secret: str) -> JsonObject:
    """The JSON object of a 2xx answer; raises a GraphFailure for all else. `body` is None when it was too long.

    `secret` is taken out first: some of Meta's errors quote the token.
    """
    answer = _object(body.replace(secret.encode(), b"[token]") if body is not None else None)
    if answer is not None and isinstance(answer.get("error"), dict):
        raise _graph_error(status, obj(answer, "error"))
    if 200 <= status < 300 and answer is not None:
        return answer
    if status < 200 or 300 <= status < 500:
        raise _refused_on_the_way(status)
    # A gateway answers 502 or 504 after it passed the request on, 500 can come after the message was taken, and a
    # 2xx that cannot be read was most likely accepted. None of them proves that nothing was sent.
    raise OutcomeUnknown(f"HTTP {status} without an answer of Graph")


def _object(body: bytes | None) -> JsonObject | None:
    try:
        answer = read_json(body) if body is not None else None
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _graph_error(status: int, error: JsonObject) -> GraphError:
    said = read_error(error)
    return GraphError(
        said.code,
        said.title or title_of(said.code),
        said.detail,
        http_status=status,
        fbtrace_id=label(error, "fbtrace_id"),
        is_transient=error.get("is_transient") is True,
        subcode=read_error({"code": error.get("error_subcode")}).code,
        user_words=label(error, "error_user_msg", 1000),
        # Meta's way to say that the number, not the message, is unknown to this token: code 100, subcode 33.
        error_class=ErrorClass.CONFIGURATION if (said.code, error.get("error_subcode")) == (100, 33) else None,
    )


def _refused_on_the_way(status: int) -> GraphError | NotSent:
    """A redirect or 4xx without Meta's words is a proxy, a portal or a wrong address: Graph never saw the message."""
    if status in (408, 425):
        return NotSent(f"HTTP {status} before the request was read")
    kind = ErrorClass.THROTTLED_NUMBER if status == 429 else ErrorClass.CONFIGURATION
    return GraphError(None, f"HTTP {status}", "not an answer of Graph", http_status=status, error_class=kind)
