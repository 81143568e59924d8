"""What a person is told when a message cannot be built: Portuguese, one place."""

from typing import Final

RECIPIENT: Final = "Informe o telefone (somente dígitos, com código do país) ou o identificador do cliente"
EMPTY: Final = "Não pode ficar vazio"
TOO_LONG: Final = "Passa do limite de {limit} caracteres"
ONE_SOURCE: Final = "Informe o arquivo já enviado ou um link, não os dois"
LINK: Final = "O link precisa começar com http:// ou https://"
NO_CAPTION: Final = "Este tipo de arquivo não aceita legenda"
ONLY_DOCUMENT_NAME: Final = "Somente documentos têm nome de arquivo"
FILENAME: Final = "O nome do arquivo não pode ter barras nem caracteres de controle"
ONLY_AUDIO_VOICE: Final = "Somente áudios podem ser mensagens de voz"
TEMPLATE_NAME: Final = "O nome do modelo aceita apenas letras minúsculas, números e sublinhado"
TEMPLATE_LANGUAGE: Final = "Idioma do modelo inválido (exemplo: pt_BR)"
TEMPLATE_COMPONENT: Final = "Cada componente do modelo precisa de um tipo: header, body ou button"
COUNT: Final = "Informe de {low} a {high} itens"
REPEATED: Final = "Não pode haver itens repetidos"
SECTION_TITLE: Final = "Com mais de uma seção, cada uma precisa de título"
