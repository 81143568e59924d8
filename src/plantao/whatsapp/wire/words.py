"""The Portuguese words that stand for message content which is not text."""

from typing import Final

LOCATION: Final = "Localização"
CONTACT: Final = "Contato"
FORM_ANSWERED: Final = "Formulário respondido"
ORDER: Final = "Pedido"
EDITED: Final = "Mensagem editada"
REVOKED: Final = "Mensagem apagada"
CALL_PERMISSION_GRANTED: Final = "Permissão para ligar concedida"
CALL_PERMISSION_REFUSED: Final = "Permissão para ligar negada"
