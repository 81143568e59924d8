"""What Meta's error codes mean for a message, and how a send can fail."""

from enum import StrEnum
from typing import Final


class ErrorClass(StrEnum):
    """What to do: try again; wait for the whole number, or for one customer; give up; use a template; call for help."""

    RETRY = "retry"
    THROTTLED_NUMBER = "throttled_number"
    THROTTLED_PAIR = "throttled_pair"
    PERMANENT = "permanent"
    NEEDS_TEMPLATE = "needs_template"
    CONFIGURATION = "configuration"


_R, _N, _C = ErrorClass.RETRY, ErrorClass.PERMANENT, ErrorClass.CONFIGURATION
_T = ErrorClass.THROTTLED_NUMBER

# Meta: decide by the code. The HTTP status misleads: throttling comes as 400, and code 3 as 500.
_CODES: Final[dict[int, tuple[ErrorClass, str]]] = {
    0: (_C, "Token refused"),
    1: (_R, "Unknown API error"),
    2: (_R, "API temporarily unavailable"),
    3: (_C, "Missing capability or permission"),
    4: (_T, "Too many calls by the app"),
    10: (_C, "Permission denied"),
    17: (_T, "Too many calls by the user"),
    32: (_T, "Too many calls by the page"),
    33: (_C, "Phone number deleted or unknown"),
    100: (_N, "Invalid parameter"),
    104: (_C, "Access token required"),
    190: (_C, "Access token expired"),
    368: (_C, "Blocked for policy violations"),
    613: (_T, "Custom rate limit"),
    1026: (_N, "Receiver incapable"),
    80007: (_T, "Business account rate limit"),
    130429: (_T, "Throughput reached"),
    130472: (_N, "User is part of an experiment"),
    130497: (_N, "Country restricted for this business"),
    130501: (_N, "Group error"),
    131000: (_R, "Something went wrong"),
    131005: (_C, "Access denied"),
    131008: (_N, "Required parameter missing"),
    131009: (_N, "Parameter value not valid"),
    131016: (_R, "Service unavailable"),
    131020: (_N, "Group error"),
    131021: (_N, "Recipient is the sender"),
    131026: (_N, "Message undeliverable"),
    131030: (_C, "Recipient not in the allowed list"),
    131031: (_C, "Account locked"),
    131037: (_C, "Display name not approved"),
    131041: (_N, "Group error"),
    131042: (_C, "Payment issue"),
    131044: (_C, "Billing issue"),
    131045: (_C, "Incorrect certificate"),
    131047: (ErrorClass.NEEDS_TEMPLATE, "More than 24 hours since the customer's last message"),
    131048: (_T, "Spam rate limit"),
    131049: (_N, "Not delivered to keep engagement healthy"),
    131050: (_N, "User stopped marketing messages"),
    131051: (_N, "Unsupported message type"),
    131052: (_N, "Media download error"),
    131053: (_R, "Media upload error"),
    131055: (_N, "Method not allowed"),
    131056: (ErrorClass.THROTTLED_PAIR, "Too many messages to this customer"),
    131057: (_R, "Account in maintenance"),
    131062: (_N, "User id not supported for this message"),
    131063: (_N, "Marketing messages disabled"),
    131064: (_T, "Template classification limit"),
    132000: (_N, "Template parameter count mismatch"),
    132001: (_N, "Template does not exist"),
    132005: (_N, "Template text too long"),
    132007: (_N, "Template policy violated"),
    132008: (_N, "Template parameter format mismatch"),
    132012: (_N, "Template parameter format mismatch"),
    132015: (_N, "Template paused"),
    132016: (_N, "Template disabled"),
    132068: (_N, "Flow blocked"),
    132069: (_T, "Flow throttled"),
    133000: (_C, "Incomplete deregistration"),
    133004: (_R, "Server temporarily unavailable"),
    133005: (_C, "PIN mismatch"),
    133006: (_C, "Phone number not verified"),
    133008: (_C, "Too many PIN guesses"),
    133009: (_C, "PIN guessed too fast"),
    133010: (_C, "Phone number not registered"),
    133015: (_T, "Wait before registering again"),
    133016: (_T, "Registration limit"),
    134011: (_C, "Payment terms not accepted"),
    135000: (_N, "Generic user error"),
    137000: (_N, "Identity key mismatch"),
}
_RANGES: Final[tuple[tuple[range, ErrorClass, str], ...]] = (
    (range(200, 300), _C, "API permission missing"),
    (range(131200, 131300), _N, "Group error"),
    (range(134100, 134103), _N, "Marketing API error"),
    (range(138000, 139000), _N, "Calling error"),
    (range(139100, 139200), _N, "Block list error"),
    (range(147001, 147006), _N, "Username error"),
    (range(2388000, 2389000), _N, "Template or migration error"),
    (range(2593107, 2593110), _N, "History sync error"),
)


def classify(code: int | None, *, http_status: int | None = None, is_transient: bool = False) -> ErrorClass:
    """The class of a code, from a response or from a `failed` status; unknown ones by what else Meta said."""
    known = _lookup(code)
    if known is not None:
        return known[0]
    if http_status == 429:
        return ErrorClass.THROTTLED_NUMBER
    if is_transient or (http_status is not None and http_status >= 500):
        return ErrorClass.RETRY
    return ErrorClass.CONFIGURATION if http_status in (401, 403) else ErrorClass.PERMANENT


def title_of(code: int | None) -> str:
    """A code's title in our words; `Unknown error` for what the table does not hold."""
    known = _lookup(code)
    return known[1] if known is not None else "Unknown error"


def _lookup(code: int | None) -> tuple[ErrorClass, str] | None:
    if code is None:
        return None
    if code in _CODES:
        return _CODES[code]
    return next(((kind, title) for span, kind, title in _RANGES if code in span), None)


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
