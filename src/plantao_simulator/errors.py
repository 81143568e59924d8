"""Meta's errors: the table of codes the simulator can answer, and both shapes they travel in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

_DOCS = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclass(frozen=True, slots=True)
class _Known:
    title: str
    http: int
    details: str = ""


# Titles and HTTP statuses as Meta's error page has them; the throttling family comes as 400, not 429.
_KNOWN = {
    0: _Known("AuthException", 401),
    1: _Known("API Unknown", 400),
    2: _Known("An unexpected error occurred. Please retry your request", 503),
    3: _Known("API Method", 500),
    4: _Known("API Too Many Calls", 400, "The app has reached its API call rate limit."),
    10: _Known("Permission Denied", 403),
    33: _Known("Parameter value is not valid", 400, "The business phone number has been deleted."),
    100: _Known("Invalid parameter", 400),
    368: _Known("Temporarily blocked for policies violations", 403),
    80007: _Known("Rate limit issues", 400, "The WhatsApp Business Account has reached its rate limit."),
    130429: _Known("Rate limit hit", 400, "Cloud API message throughput has been reached."),
    130472: _Known("User's number is part of an experiment", 400),
    130497: _Known("Business account is restricted from messaging users in this country.", 403),
    131000: _Known("Something went wrong", 500, "Message failed to send due to an unknown error."),
    131005: _Known("Access denied", 403),
    131008: _Known("Required parameter is missing", 400),
    131009: _Known("Parameter value is not valid", 400),
    131016: _Known("Service unavailable", 500, "A service is temporarily unavailable."),
    131021: _Known("Recipient cannot be sender", 400, "Sender and recipient phone number is the same."),
    131026: _Known("Message undeliverable", 400, "Message Undeliverable."),
    131030: _Known("Recipient phone number not in allowed list", 400, "Add the recipient to the allowed list."),
    131031: _Known("Account has been locked", 403),
    131037: _Known("Display name approval needed", 400),
    131042: _Known("Business eligibility payment issue", 400, "There is a problem with your payment method."),
    131044: _Known("Business eligibility payment issue", 400),
    131045: _Known("Incorrect certificate", 500),
    131047: _Known(
        "Re-engagement message",
        400,
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: _Known("Spam rate limit hit", 400, "Too many messages from this number were blocked or flagged as spam."),
    131049: _Known(
        "This message was not delivered to maintain healthy ecosystem engagement.",
        400,
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    131050: _Known("User has stopped marketing messages", 400),
    131051: _Known("Unsupported message type", 400),
    131052: _Known("Media download error", 400),
    131053: _Known("Media upload error", 400, "The media could not be downloaded or is of an unsupported type."),
    131056: _Known(
        "(Business Account, Consumer Account) pair rate limit hit",
        400,
        "Too many messages sent from the sender phone number to the same recipient phone number "
        "in a short period of time.",
    ),
    131057: _Known("Account in maintenance mode", 500),
    131062: _Known("Business-scoped user ID is not supported for this message", 400),
    131063: _Known("Marketing messages are disabled on Cloud API", 400),
    131064: _Known("Messaging limit reached by template classification", 400),
    132000: _Known("Number of parameters does not match the expected number of params", 400),
    132001: _Known("Template name does not exist in the translation", 404),
    132005: _Known("Translated text too long", 400),
    132007: _Known("Template format character policy violated", 400),
    132008: _Known("Template parameter value is not valid", 400),
    132012: _Known("Parameter format does not match format in the created template", 400),
    132015: _Known("Template is Paused", 400, "Template is paused due to low quality so it cannot be sent."),
    132016: _Known("Template is Disabled", 400, "Template has been paused too many times and is now disabled."),
    132018: _Known("There is an issue with the parameters of the template", 400),
    132068: _Known("Flow is blocked", 400),
    132069: _Known("Flow is throttled", 400),
    133004: _Known("Server Temporarily Unavailable", 503),
    133005: _Known("Two step verification PIN mismatch", 400, "The PIN does not match."),
    133010: _Known("Phone number not registered", 400),
    133016: _Known("Registration and deregistration limit", 400, "Ten times within 72 hours are allowed."),
    139100: _Known("Failed to block or unblock some users", 400),
    139102: _Known("Blocklist limit reached", 400, "At most 64,000 people can be blocked."),
}
_UNKNOWN = _Known("Something went wrong", 400)


def known_codes() -> frozenset[int]:
    """Every code with a title and status of its own."""
    return frozenset(_KNOWN)


class GraphError(Exception):
    """A refusal of the Graph API. `http` and `message` follow Meta's table unless given."""

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        http: int | None = None,
        message: str | None = None,
        subcode: int | None = None,
    ) -> None:
        known = _KNOWN.get(code, _UNKNOWN)
        super().__init__(code, details)
        self.code = code
        self.http = http or known.http
        self.details = details or known.details
        self.message = message or f"(#{code}) {known.title}"
        self.subcode = subcode

    def body(self) -> dict[str, Any]:
        """The answer's body. `error_data` is there only when Meta has details to tell."""
        error: dict[str, Any] = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.code == 2:
            error |= {"message": _KNOWN[2].title, "type": "GraphMethodException", "is_transient": True}
        if self.subcode is not None:
            kind = "OAuthException" if self.code == 190 else "GraphMethodException"
            error |= {"type": kind, "error_subcode": self.subcode}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": error | {"fbtrace_id": "A" + secrets.token_urlsafe(16)}}


def no_token() -> GraphError:
    return GraphError(104, http=401, message="An access token is required to request this resource.")


def bad_token() -> GraphError:
    return GraphError(190, http=401, message="Invalid OAuth access token - Cannot parse access token")


def expired_token() -> GraphError:
    message = "Error validating access token: Session has expired."
    return GraphError(190, http=401, message=message, subcode=463)


def no_such_object(method: str, node: str) -> GraphError:
    """Code 100, subcode 33: the id is unknown or belongs to somebody else; Meta does not tell which."""
    message = (
        f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return GraphError(100, http=400, message=message, subcode=33)


def webhook_error(code: int, details: str = "") -> dict[str, Any]:
    """The same data in the shape of `statuses[].errors[]` and `messages[].errors[]`."""
    known = _KNOWN.get(code, _UNKNOWN)
    error: dict[str, Any] = {"code": code, "title": known.title, "message": known.title}
    if details or known.details:
        error["error_data"] = {"details": details or known.details}
    return error | {"href": _DOCS}
