"""What Meta answers to calls about the account, in the words of the person who made them."""

from typing import Final

from plantao.kit.errors import AppError, Conflict, ServiceUnavailable, ValidationFailed
from plantao.whatsapp.graph.error_table import ErrorClass
from plantao.whatsapp.graph.errors import GraphError, GraphFailure

_EXISTS, _BEING_DELETED, _VARIABLE_AT_THE_END = 2388024, 2388023, 2388299
_CONFLICTS: Final = {
    _EXISTS: "Já existe um template com este nome neste idioma.",
    _BEING_DELETED: "Um template com este nome acaba de ser excluído: a Meta guarda o nome por 30 dias.",
}
_NOT_ALLOWED: Final = "A Meta recusou o token ou a permissão desta instalação: `plantao doctor` diz o motivo."
_LIMITED: Final = "A Meta limitou as chamadas desta conta. Tente novamente mais tarde."
_LATER: Final = {
    **dict.fromkeys((ErrorClass.TOKEN, ErrorClass.CONFIGURATION), _NOT_ALLOWED),
    **dict.fromkeys((ErrorClass.THROTTLED_ACCOUNT, ErrorClass.THROTTLED_NUMBER, ErrorClass.WAIT), _LIMITED),
    ErrorClass.RETRY: "A Meta não está disponível agora. Tente novamente em instantes.",
}
_RETRY_SECONDS: Final = "30"


def refusal(failure: GraphFailure) -> AppError:
    """503 when a later try may work, 409 and 400 when the request has to be another one."""
    if not isinstance(failure, GraphError):
        return _later("A Meta não respondeu. Tente novamente em instantes.")
    if failure.subcode in _CONFLICTS:
        return Conflict(_CONFLICTS[failure.subcode], field="name")
    if failure.subcode == _VARIABLE_AT_THE_END:
        return ValidationFailed("O texto não pode começar nem terminar com uma variável.", field="body.text")
    if (later := _LATER.get(failure.error_class)) is not None:
        return _later(later)
    words = failure.user_words or failure.detail or failure.title
    return ValidationFailed(f"A Meta recusou o pedido: {words}")


def _later(detail: str) -> ServiceUnavailable:
    return ServiceUnavailable(detail, headers={"Retry-After": _RETRY_SECONDS})
