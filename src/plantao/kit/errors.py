"""Errors that a client is meant to see. Each one carries its HTTP status and its `error_code`."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Every `error_code` of the API. docs/api.md lists them; a test holds the two together."""

    VALIDATION_ERROR = "VALIDATION_ERROR"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    INVALID_TOKEN = "INVALID_TOKEN"  # noqa: S105 - a code, not a secret
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 - a code, not a secret
    TOKEN_REUSED = "TOKEN_REUSED"  # noqa: S105 - a code, not a secret
    SECOND_FACTOR_REQUIRED = "SECOND_FACTOR_REQUIRED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    CONFLICT = "CONFLICT"
    ALREADY_CLOSED = "ALREADY_CLOSED"
    OUTSIDE_SERVICE_WINDOW = "OUTSIDE_SERVICE_WINDOW"
    STALE_CONVERSATION = "STALE_CONVERSATION"
    AGENT_UNAVAILABLE = "AGENT_UNAVAILABLE"
    REGISTRATION_CLOSED = "REGISTRATION_CLOSED"
    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    RANGE_NOT_SATISFIABLE = "RANGE_NOT_SATISFIABLE"
    RATE_LIMITED = "RATE_LIMITED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"


class AppError(Exception):
    """Base of all business errors.

    `detail` is Brazilian Portuguese and safe to show; `field` names the wrong input, if one is to blame.
    """

    status = 500
    error_code = ErrorCode.INTERNAL_ERROR

    def __init__(self, detail: str, *, field: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.headers = headers


class ValidationFailed(AppError):
    status = 400
    error_code = ErrorCode.VALIDATION_ERROR


class Forbidden(AppError):
    status = 403
    error_code = ErrorCode.FORBIDDEN


class NotFound(AppError):
    status = 404
    error_code = ErrorCode.NOT_FOUND


class Conflict(AppError):
    status = 409
    error_code = ErrorCode.CONFLICT


class PayloadTooLarge(AppError):
    status = 413
    error_code = ErrorCode.PAYLOAD_TOO_LARGE


class UnsupportedMediaType(AppError):
    status = 415
    error_code = ErrorCode.UNSUPPORTED_MEDIA_TYPE


class ServiceUnavailable(AppError):
    status = 503
    error_code = ErrorCode.SERVICE_UNAVAILABLE
