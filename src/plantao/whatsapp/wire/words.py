"""The Portuguese words that stand for message content which is not text."""

from typing import Final

from plantao.conversations.models import MessageType

LOCATION: Final = "Localização"
CONTACT: Final = "Contato"
FORM_ANSWERED: Final = "Formulário respondido"
ORDER: Final = "Pedido"
VOICE: Final = "Mensagem de voz"
REACTION_REMOVED: Final = "Reação removida"
CALL_PERMISSION_GRANTED: Final = "Permissão para ligar concedida"
CALL_PERMISSION_REFUSED: Final = "Permissão para ligar negada"
FILE_NOT_FETCHED: Final = "Arquivo que o WhatsApp não conseguiu receber"
UNSUPPORTED: Final = "Mensagem que o WhatsApp não entrega aqui"
IDENTITY_CHANGED: Final = "O aparelho ou o WhatsApp do cliente mudou"
NUMBER_CHANGED: Final = "O cliente mudou de número"
USER_ID_CHANGED: Final = "A identificação do cliente no WhatsApp mudou"

# What Meta says that it does not deliver.
UNSUPPORTED_KINDS: Final = {
    "poll": "enquete",
    "edit": "edição",
    "revoke": "exclusão",
    "button": "botão",
    "reaction": "reação",
    "event": "evento",
}

# For a message that says nothing itself: no bubble is ever empty.
NOTHING_SAID: Final = {
    MessageType.IMAGE: "Imagem",
    MessageType.VIDEO: "Vídeo",
    MessageType.AUDIO: "Áudio",
    MessageType.DOCUMENT: "Documento",
    MessageType.STICKER: "Figurinha",
    MessageType.BUTTON: "Botão tocado",
    MessageType.INTERACTIVE: "Resposta sem conteúdo",
    MessageType.SYSTEM: "Aviso do WhatsApp",
    MessageType.UNSUPPORTED: UNSUPPORTED,
}
NO_CONTENT: Final = "Mensagem sem conteúdo"
