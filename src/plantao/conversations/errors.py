"""What may stand in the way of answering or closing a conversation."""

from plantao.kit.errors import AppError, ErrorCode


class AlreadyClosed(AppError):
    status = 409
    error_code = ErrorCode.ALREADY_CLOSED


class OutsideServiceWindow(AppError):
    status = 409
    error_code = ErrorCode.OUTSIDE_SERVICE_WINDOW


class StaleConversation(AppError):
    status = 409
    error_code = ErrorCode.STALE_CONVERSATION
