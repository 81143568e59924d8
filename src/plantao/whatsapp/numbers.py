"""The business numbers of this installation: each with its id at Meta, its account and its own way there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plantao.settings import PREFIX, NumberSettings, Settings, SettingsError
from plantao.whatsapp.graph.client import GraphClient


@dataclass(frozen=True, slots=True)
class Number:
    """`name`: what staff call it; `bot`: whether the bot answers there."""

    phone_number_id: str
    business_account_id: str | None
    name: str | None
    bot: bool
    graph: GraphClient


class Numbers:
    """All of them; `first` is the one of the plain settings, by which we write to whom we did not write before."""

    def __init__(self, numbers: Sequence[Number]) -> None:
        self.first = numbers[0]
        self._by_id = {number.phone_number_id: number for number in numbers}

    def __iter__(self) -> Iterator[Number]:
        return iter(self._by_id.values())

    def get(self, phone_number_id: str) -> Number | None:
        return self._by_id.get(phone_number_id)

    async def aclose(self) -> None:
        for number in self:
            await number.graph.aclose()


def read_numbers(settings: Settings) -> Numbers:
    """Connects to nothing yet. Raises `SettingsError`."""
    first = NumberSettings.model_construct(
        phone_number_id=settings.whatsapp_phone_number_id or "",
        business_account_id=settings.whatsapp_business_account_id,
    )
    found = [_number(settings, given) for given in (first, *settings.whatsapp_numbers)]
    if len({number.phone_number_id for number in found}) < len(found):
        raise SettingsError(f"{PREFIX}WHATSAPP_NUMBERS: names a number twice")
    return Numbers(found)


def _number(settings: Settings, given: NumberSettings) -> Number:
    own = given.access_token
    token = own or settings.whatsapp_access_token
    try:
        graph = GraphClient(
            str(settings.whatsapp_graph_url),
            settings.whatsapp_graph_version,
            given.phone_number_id,
            token.get_secret_value() if token else "",
        )
    except ValueError as error:
        name = "WHATSAPP_NUMBERS" if own else "WHATSAPP_ACCESS_TOKEN"
        raise SettingsError(f"{PREFIX}{name}: {error}") from None
    account = given.business_account_id or settings.whatsapp_business_account_id
    return Number(given.phone_number_id, account, given.name, given.bot, graph)
