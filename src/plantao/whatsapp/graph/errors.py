"""What Meta's error codes mean for a message, and how a send can fail. The codes themselves: `error_table`."""

from plantao.whatsapp.graph.error_table import (
    BACKOFF_OF_CLASS,
    CODES,
    RANGES,
    UNKNOWN,
    WORDS_OF_CLASS,
    ErrorClass,
    Explanation,
)

STOPPING = frozenset({ErrorClass.TOKEN, ErrorClass.CONFIGURATION})  # what says that nothing can be sent by a number


def classify(code: int | None, *, http_status: int | None = None, is_transient: bool = False) -> ErrorClass:
    """The class of a code, from a response or from a `failed` status; unknown ones by what else Meta said."""
    known = _lookup(code)
    if known is not None:
        return known.error_class
    if http_status == 429:
        return ErrorClass.THROTTLED_NUMBER
    if is_transient or (http_status is not None and http_status >= 500):
        return ErrorClass.RETRY
    if http_status == 401:
        return ErrorClass.TOKEN
    return ErrorClass.CONFIGURATION if http_status == 403 else ErrorClass.PERMANENT


def explain(code: int | None, error_class: ErrorClass | None = None) -> Explanation:
    """What is known of a code, for those who decide and for those who read.

    `error_class` is what `classify` made of the rest, for a code that the table does not hold.
    """
    known = _lookup(code)
    if known is not None or error_class is None:
        return known or UNKNOWN
    words = WORDS_OF_CLASS.get(error_class, UNKNOWN)
    return Explanation(UNKNOWN.name, error_class, words.title, words.action, BACKOFF_OF_CLASS.get(error_class))


def title_of(code: int | None) -> str:
    """A code's name in English, for logs; `Unknown error` for what the table does not hold."""
    return explain(code).name


def _lookup(code: int | None) -> Explanation | None:
    if code is None:
        return None
    return CODES.get(code) or next((row for span, row in RANGES if code in span), None)


class GraphFailure(Exception):
    """A call to Graph failed. No subclass's text holds the token, a phone or a message."""

    error_class = ErrorClass.RETRY


class NotSent(GraphFailure):
    """The request certainly did not reach Meta: no connection, no free slot. Send again."""


class OutcomeUnknown(GraphFailure):
    """The request may have been accepted: sending again can repeat the message, for Meta has no idempotency key.

    Wait for a status that carries the callback data first.
    """


class GraphError(GraphFailure):
    """Meta refused. `code` is None when the answer held no error of Meta's. `title` and `detail` are Meta's words,
    storable and without the token; `fbtrace_id` is what Meta's support asks for. Calls about the account, templates
    among them, tell what is wrong by `subcode` and, in words for a person, `user_words`."""

    def __init__(
        self,
        code: int | None,
        title: str,
        detail: str,
        *,
        http_status: int,
        fbtrace_id: str | None = None,
        is_transient: bool = False,
        error_class: ErrorClass | None = None,
        subcode: int | None = None,
        user_words: str | None = None,
    ) -> None:
        super().__init__(f"HTTP {http_status}, code {code}: {title_of(code)}")
        self.code = code
        self.title = title
        self.detail = detail
        self.http_status = http_status
        self.fbtrace_id = fbtrace_id
        self.is_transient = is_transient
        self.subcode = subcode
        self.user_words = user_words
        self.error_class = error_class or classify(code, http_status=http_status, is_transient=is_transient)
