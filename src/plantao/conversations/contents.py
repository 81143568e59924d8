"""What may be said besides a text or a file, as clients write it: places, cards, and things to tap.

The same models read a request's body and a socket's frame; what they dump is what a message keeps as `payload`.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from plantao.conversations.bounds import check_json, clean_text

Text = Annotated[str, AfterValidator(clean_text)]
Word = Annotated[Text, Field(min_length=1, max_length=40)]
Line = Annotated[Text, Field(min_length=1, max_length=512)]
Link = Annotated[Text, Field(min_length=1, max_length=2048)]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _few(value: Any) -> Any:
    """Before each one is looked at: thousands of wrong ones would be complained about one by one."""
    if isinstance(value, list) and len(value) > MAX_ITEMS:
        raise ValueError(f"No máximo {MAX_ITEMS} itens.")
    return value


MAX_ITEMS = 30
Few = BeforeValidator(_few)


class Location(Closed):
    """Um lugar, em graus."""

    latitude: float = Field(ge=-90, le=90, strict=True, allow_inf_nan=False, examples=[-23.55052])
    longitude: float = Field(ge=-180, le=180, strict=True, allow_inf_nan=False, examples=[-46.633308])
    name: Text | None = Field(None, max_length=1000, examples=["Loja Sé"])
    address: Text | None = Field(None, max_length=1000, examples=["Praça da Sé, São Paulo"])


class ContactPhone(Closed):
    """`wa_id`: o número no WhatsApp, só dígitos; com ele o cartão tem o botão de conversar."""

    phone: Word = Field(examples=["+5511988887777"])
    wa_id: Word | None = Field(None, examples=["5511988887777"])
    type: Word | None = Field(None, examples=["WORK"])


class ContactEmail(Closed):
    email: Line
    type: Word | None = None


class ContactUrl(Closed):
    url: Link
    type: Word | None = None


class ContactAddress(Closed):
    street: Line | None = None
    city: Line | None = None
    state: Line | None = None
    zip: Word | None = None
    country: Line | None = None
    country_code: Word | None = None
    type: Word | None = None


class ContactOrg(Closed):
    company: Line | None = None
    department: Line | None = None
    title: Line | None = None


class ContactCard(Closed):
    """`name`: como se lê. Sem `first_name` nem `last_name`, a primeira palavra é o primeiro nome."""

    name: Line = Field(examples=["Técnico Carlos"])
    first_name: Line | None = Field(None, examples=["Carlos"])
    last_name: Line | None = None
    phones: Annotated[list[ContactPhone], Few] = []
    emails: Annotated[list[ContactEmail], Few] = []
    urls: Annotated[list[ContactUrl], Few] = []
    addresses: Annotated[list[ContactAddress], Few] = []
    org: ContactOrg | None = None
    birthday: Text | None = Field(None, max_length=10, examples=["1990-02-01"])


class HeaderFile(Closed):
    """Um arquivo acima do texto, por link https. `filename` só de documentos."""

    type: Literal["image", "video", "document"]
    link: Link
    filename: Text | None = Field(None, max_length=240)


def _kind_of_header(value: Any) -> str:
    return "file" if isinstance(value, dict | HeaderFile) else "header"


# The tags are where an error is said to be: a wrong text is the header's own error.
Header = Annotated[
    Annotated[Text, Field(max_length=200), Tag("header")] | Annotated[HeaderFile, Tag("file")],
    Discriminator(_kind_of_header),
]


class _Framed(Closed):
    header: Header | None = None
    footer: Text | None = Field(None, max_length=200)


class ReplyButton(Closed):
    """`id` volta com a resposta do cliente."""

    id: Line = Field(examples=["sim"])
    title: Line = Field(examples=["Sim"])


class ReplyButtons(_Framed):
    """De um a três botões de resposta, abaixo do texto."""

    kind: Literal["buttons"]
    buttons: Annotated[list[ReplyButton], Few]


class ListRow(Closed):
    id: Line = Field(examples=["financeiro"])
    title: Line = Field(examples=["Financeiro"])
    description: Text | None = Field(None, max_length=512)


class ListSection(Closed):
    title: Text | None = Field(None, max_length=512, examples=["Atendimento"])
    rows: Annotated[list[ListRow], Few]


class OptionList(_Framed):
    """Um botão que abre até dez linhas, em seções."""

    kind: Literal["list"]
    button: Line = Field(examples=["Ver opções"])
    sections: Annotated[list[ListSection], Few]


class LinkButton(_Framed):
    """Um botão que abre um endereço."""

    kind: Literal["cta_url"]
    display_text: Line = Field(examples=["Abrir fatura"])
    url: Link = Field(examples=["https://example.com/f/123"])


class FlowButton(_Framed):
    """Um botão que abre um formulário (Flow) publicado na Meta, pelo id ou pelo nome."""

    kind: Literal["flow"]
    button: Line = Field(examples=["Abrir"])
    flow_id: Line | None = Field(None, examples=["1234567890"])
    flow_name: Line | None = None
    flow_token: Line | None = None
    action: Literal["navigate", "data_exchange"] | None = None
    screen: Line | None = Field(None, examples=["CADASTRO"])
    data: dict[str, Any] | None = None
    mode: Literal["draft", "published"] | None = None


class LocationRequest(Closed):
    """Um botão que pede a localização do cliente."""

    kind: Literal["location_request"]


Interactive = Annotated[
    ReplyButtons | OptionList | LinkButton | FlowButton | LocationRequest, Field(discriminator="kind")
]


def location_payload(location: Location) -> dict[str, Any]:
    return location.model_dump() | {"url": None}


def contacts_payload(cards: list[ContactCard]) -> dict[str, Any]:
    return {"contacts": [card.model_dump() for card in cards]}


def interactive_payload(interactive: Interactive) -> dict[str, Any]:
    """Raises `ValidationFailed` for data beyond reason."""
    if isinstance(interactive, FlowButton):
        check_json("data", interactive.data)
    return interactive.model_dump()
