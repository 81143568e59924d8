"""The business numbers of this installation: each with its id at Meta, its account and its own way there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plantao.settings import PREFIX, NumberSettings, Settings, SettingsError
from plantao.whatsapp.graph.client import GraphClient
from plantao.whatsapp.graph.tokens import FixedToken, Token, TokenFile, fingerprint


@dataclass(frozen=True, slots=True)
class Number:
    """`name`: what staff call it; `bot`: whether the bot answers there."""

    phone_number_id: str
    business_account_id: str | None
    name: str | None
    bot: bool
    graph: GraphClient
    token: Token

    @property
    def fingerprint(self) -> str:
        """Of the token in use now."""
        return fingerprint(self.token.current())


class Numbers:
    """All of them; `first` is the one of the plain settings, by which we write to whom we did not write before."""

    def __init__(self, numbers: Sequence[Number]) -> None:
        self.first = numbers[0]
        self._by_id = {number.phone_number_id: number for number in numbers}

    def __iter__(self) -> Iterator[Number]:
        return iter(self._by_id.values())

    def get(self, phone_number_id: str) -> Number | None:
        return self._by_id.get(phone_number_id)

    def of(self, phone_number_id: str | None) -> Number | None:
        """The number that a conversation is held on; those from before there could be several are the first's."""
        return self._by_id.get(phone_number_id) if phone_number_id else self.first

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._by_id)

    @property
    def without_bot(self) -> frozenset[str]:
        return frozenset(number.phone_number_id for number in self if not number.bot)

    async def aclose(self) -> None:
        for number in self:
            await number.graph.aclose()


def read_numbers(settings: Settings) -> Numbers:
    """Connects to nothing yet. Raises `SettingsError`."""
    first = NumberSettings.model_construct(
        phone_number_id=settings.whatsapp_phone_number_id or "",
        business_account_id=settings.whatsapp_business_account_id,
    )
    shared = _shared_token(settings)
    found = [_number(settings, given, shared) for given in (first, *settings.whatsapp_numbers)]
    if len({number.phone_number_id for number in found}) < len(found):
        raise SettingsError(f"{PREFIX}WHATSAPP_NUMBERS: names a number twice")
    return Numbers(found)


def _shared_token(settings: Settings) -> Token:
    """Of all numbers that have none of their own."""
    path, value = settings.whatsapp_access_token_file, settings.whatsapp_access_token
    try:
        if path is not None:
            return TokenFile(path)
        return FixedToken(value.get_secret_value() if value else "")
    except OSError as error:
        raise SettingsError(f"{PREFIX}WHATSAPP_ACCESS_TOKEN_FILE: {error.strerror}") from None
    except ValueError as error:
        name = "WHATSAPP_ACCESS_TOKEN_FILE" if path is not None else "WHATSAPP_ACCESS_TOKEN"
        raise SettingsError(f"{PREFIX}{name}: {error}") from None


def _number(settings: Settings, given: NumberSettings, shared: Token) -> Number:
    try:
        token = FixedToken(given.access_token.get_secret_value()) if given.access_token else shared
    except ValueError as error:
        raise SettingsError(f"{PREFIX}WHATSAPP_NUMBERS: {error}") from None
    url, version = str(settings.whatsapp_graph_url), settings.whatsapp_graph_version
    graph = GraphClient(url, version, given.phone_number_id, token)
    account = given.business_account_id or settings.whatsapp_business_account_id
    return Number(given.phone_number_id, account, given.name, given.bot, graph, token)
