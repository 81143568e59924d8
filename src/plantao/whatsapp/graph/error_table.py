"""Meta's error codes as data: what each asks us to do, how long we wait, and what the agent reads.

`docs/whatsapp-errors.md` is this table as a page.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct


class ErrorClass(StrEnum):
    """What is to be done, and for whom: one message, one customer, one number, or all numbers of an account."""

    RETRY = "retry"  # this message again, soon
    WAIT = "wait"  # this message again, later: the limit is on its kind
    THROTTLED_PAIR = "throttled_pair"  # nothing to this customer for a while
    THROTTLED_NUMBER = "throttled_number"  # nothing by this number for a while
    THROTTLED_BULK = "throttled_bulk"  # no sends of programs by this number for a while
    THROTTLED_ACCOUNT = "throttled_account"  # nothing by any number of the account for a while
    TOKEN = "token"  # noqa: S105 - a class of errors: the number stops until the token works
    CONFIGURATION = "configuration"  # the number stops, and one message tries now and then
    OTHER_FORM = "other_form"  # once more, to the number's other form; then as PERMANENT
    NEEDS_TEMPLATE = "needs_template"  # the 24 hours are over
    PERMANENT = "permanent"  # never again


class Backoff(Struct, frozen=True):
    """Waits of `first` x `factor`^n seconds, at most `longest`; none after `attempts` attempts."""

    first: float
    factor: float
    longest: float
    attempts: int


class Explanation(Struct, frozen=True):
    """`name`: Meta's, for logs. `title` and `action` are what an agent reads: what happened, what to do.

    `backoff` is None for what is not tried again, and for what stops the number, which costs no attempt.
    """

    name: str
    error_class: ErrorClass
    title: str
    action: str
    backoff: Backoff | None


class Words(Struct, frozen=True):
    title: str
    action: str


_UNSTABLE = Words(
    "A Meta está instável",
    "A mensagem não pôde ser entregue agora. Envie de novo daqui a pouco.",
)
_BUSY = Words(
    "Limite de envios da Meta atingido",
    "A mensagem não pôde sair a tempo. Envie de novo mais tarde.",
)
_TOKEN = Words(
    "O acesso à Meta expirou",
    "Avise o administrador: o token precisa ser renovado. As mensagens ficam guardadas e saem depois disso.",
)
_PERMISSION = Words(
    "Falta uma permissão na Meta",
    "Avise o administrador: o aplicativo não pode enviar por este número. As mensagens ficam guardadas.",
)
_BLOCKED = Words(
    "A Meta bloqueou a conta",
    "Avise o administrador: o motivo está no Gerenciador do WhatsApp. As mensagens ficam guardadas.",
)
_BILLING = Words(
    "Há um problema de pagamento na Meta",
    "Avise o administrador: confira a forma de pagamento na Meta. As mensagens ficam guardadas.",
)
_NUMBER = Words(
    "O nosso número não está ativo na Meta",
    "Avise o administrador: o número precisa ser registrado ou aprovado. As mensagens ficam guardadas.",
)
_DEFECT = Words(
    "A Meta não aceitou a mensagem",
    "O formato foi recusado. Escreva de outra forma; se repetir, avise o administrador.",
)
_TEMPLATE = Words(
    "O modelo não foi aceito",
    "Confira no Gerenciador do WhatsApp o nome, o idioma, a aprovação e as variáveis do modelo.",
)
_RECIPIENT = Words(
    "O cliente não pode receber mensagens",
    "O número pode não ter WhatsApp, ou o aplicativo dele é muito antigo. Confira o número ou ligue.",
)
_MARKETING = Words(
    "A Meta não entregou para não incomodar o cliente",
    "Não insista: espere pelo menos 24 horas, ou que o cliente escreva.",
)
_GROUP = Words("Mensagens a grupos não são aceitas", "Escreva ao cliente diretamente.")
_FILE = Words("O arquivo não foi aceito", "Envie o arquivo de novo, ou em outro formato.")
_OTHER = Words("A Meta recusou a mensagem", "Tente de outra forma; se repetir, avise o administrador.")

_RETRY: Final = Backoff(1, 2, 300, 12)  # about 25 minutes in all: an outage of the network or of Meta
_FEW: Final = Backoff(2, 4, 60, 3)  # may be our own bad request
_SECONDS: Final = Backoff(2, 2, 300, 12)
_MINUTES: Final = Backoff(60, 2, 1800, 6)

# What a class waits when its code says nothing of its own, and for what is no error of Meta's.
BACKOFF_OF_CLASS: Final = {
    ErrorClass.RETRY: _RETRY,
    ErrorClass.WAIT: _MINUTES,
    ErrorClass.THROTTLED_PAIR: Backoff(1, 4, 1024, 7),  # Meta's own rule: 4^X seconds, X from 0
    ErrorClass.THROTTLED_NUMBER: _SECONDS,
    ErrorClass.THROTTLED_BULK: Backoff(3600, 2, 4 * 3600, 4),
    ErrorClass.THROTTLED_ACCOUNT: _MINUTES,
}


def _row(kind: ErrorClass, name: str, words: Words, backoff: Backoff | None = None) -> Explanation:
    return Explanation(name, kind, words.title, words.action, backoff or BACKOFF_OF_CLASS.get(kind))


_R, _W, _N, _C = ErrorClass.RETRY, ErrorClass.WAIT, ErrorClass.PERMANENT, ErrorClass.CONFIGURATION
_L, _A, _T = ErrorClass.THROTTLED_NUMBER, ErrorClass.THROTTLED_ACCOUNT, ErrorClass.TOKEN

# Meta: decide by the code. The HTTP status misleads: throttling comes as 400, and code 3 as 500.
CODES: Final[dict[int, Explanation]] = {
    0: _row(_T, "Token refused", _TOKEN),
    1: _row(_R, "Unknown API error", _UNSTABLE, _FEW),
    2: _row(_R, "API temporarily unavailable", _UNSTABLE),
    3: _row(_C, "Missing capability or permission", _PERMISSION),
    4: _row(_A, "Too many calls by the app", _BUSY),
    10: _row(_C, "Permission denied", _PERMISSION),
    17: _row(_A, "Too many calls by the user", _BUSY),
    32: _row(_A, "Too many calls by the page", _BUSY),
    33: _row(_C, "Phone number deleted or unknown", _NUMBER),
    100: _row(_N, "Invalid parameter", _DEFECT),
    104: _row(_T, "Access token required", _TOKEN),
    190: _row(_T, "Access token expired", _TOKEN),
    368: _row(_C, "Blocked for policy violations", _BLOCKED),
    613: _row(_A, "Custom rate limit", _BUSY),
    1026: _row(_N, "Receiver incapable", _RECIPIENT),
    80007: _row(_A, "Business account rate limit", _BUSY),
    130429: _row(_L, "Throughput reached", _BUSY),
    130472: _row(_N, "User is part of an experiment", _MARKETING),
    130497: _row(
        _N,
        "Country restricted for this business",
        Words("Não podemos escrever a este país", "A Meta não permite enviar a números deste país. Ligue ao cliente."),
    ),
    130501: _row(_N, "Group error", _GROUP),
    131000: _row(_R, "Something went wrong", _UNSTABLE, _FEW),
    131005: _row(_C, "Access denied", _PERMISSION),
    131008: _row(_N, "Required parameter missing", _DEFECT),
    131009: _row(_N, "Parameter value not valid", _DEFECT),
    131016: _row(_R, "Service unavailable", _UNSTABLE),
    131020: _row(_N, "Group error", _GROUP),
    131021: _row(
        _N,
        "Recipient is the sender",
        Words("O destino é o nosso próprio número", "Confira o número do cliente."),
    ),
    131026: _row(ErrorClass.OTHER_FORM, "Message undeliverable", _RECIPIENT),
    131030: _row(
        _N,
        "Recipient not in the allowed list",
        Words(
            "O número de teste só escreve a quem está na lista",
            "Avise o administrador: inclua o cliente na lista do número de teste, ou use um número definitivo.",
        ),
    ),
    131031: _row(_C, "Account locked", _BLOCKED),
    131037: _row(_C, "Display name not approved", _NUMBER),
    131041: _row(_N, "Group error", _GROUP),
    131042: _row(_C, "Payment issue", _BILLING),
    131044: _row(_C, "Billing issue", _BILLING),
    131045: _row(_C, "Incorrect certificate", _NUMBER),
    131047: _row(
        ErrorClass.NEEDS_TEMPLATE,
        "More than 24 hours since the customer's last message",
        Words("Passaram mais de 24 horas desde a última mensagem do cliente", "Envie um template pré-aprovado."),
    ),
    131048: _row(
        ErrorClass.THROTTLED_BULK,
        "Spam rate limit",
        Words(
            "Clientes bloquearam ou denunciaram o número",
            "Pare os envios em massa. A Meta limita o número até a qualidade melhorar.",
        ),
    ),
    131049: _row(_N, "Not delivered to keep engagement healthy", _MARKETING),
    131050: _row(
        _N,
        "User stopped marketing messages",
        Words(
            "O cliente não quer receber publicidade",
            "Não envie mais mensagens de marketing a este cliente. O atendimento continua normal.",
        ),
    ),
    131051: _row(_N, "Unsupported message type", _DEFECT),
    131052: _row(_N, "Media download error", Words("O arquivo não pôde ser baixado", "Peça que seja enviado de novo.")),
    131053: _row(_R, "Media upload error", _FILE, Backoff(5, 4, 60, 2)),  # Meta could not fetch a link
    131055: _row(_N, "Method not allowed", _DEFECT),
    131056: _row(
        ErrorClass.THROTTLED_PAIR,
        "Too many messages to this customer",
        Words(
            "Mensagens demais a este cliente em pouco tempo",
            "Espere alguns minutos e junte o que falta em uma mensagem só.",
        ),
    ),
    131057: _row(_L, "Account in maintenance", _UNSTABLE, Backoff(10, 1, 10, 12)),  # about a minute
    131062: _row(
        _N,
        "User id not supported for this message",
        Words("Este tipo de mensagem precisa do telefone do cliente", "Peça o telefone e escreva ao número."),
    ),
    131063: _row(_N, "Marketing messages disabled", _MARKETING),
    131064: _row(_W, "Template classification limit", _BUSY),
    132000: _row(_N, "Template parameter count mismatch", _TEMPLATE),
    132001: _row(_N, "Template does not exist", _TEMPLATE),
    132005: _row(
        _N, "Template text too long", Words("O modelo ficou longo demais", "Use valores mais curtos nas variáveis.")
    ),
    132007: _row(_N, "Template policy violated", _TEMPLATE),
    132008: _row(_N, "Template parameter format mismatch", _TEMPLATE),
    132012: _row(_N, "Template parameter format mismatch", _TEMPLATE),
    132015: _row(
        _N,
        "Template paused",
        Words("O modelo está pausado pela Meta", "Use outro modelo: este recebeu avaliações ruins dos clientes."),
    ),
    132016: _row(
        _N,
        "Template disabled",
        Words("O modelo foi desativado pela Meta", "Use outro modelo: este não volta mais."),
    ),
    132068: _row(_N, "Flow blocked", Words("O formulário está bloqueado pela Meta", "Pergunte por mensagem.")),
    132069: _row(_W, "Flow throttled", _BUSY, Backoff(600, 2, 3600, 3)),
    133000: _row(_C, "Incomplete deregistration", _NUMBER),
    133004: _row(_R, "Server temporarily unavailable", _UNSTABLE),
    133005: _row(_C, "PIN mismatch", _NUMBER),
    133006: _row(_C, "Phone number not verified", _NUMBER),
    133008: _row(_C, "Too many PIN guesses", _NUMBER),
    133009: _row(_C, "PIN guessed too fast", _NUMBER),
    133010: _row(_C, "Phone number not registered", _NUMBER),
    133015: _row(_W, "Wait before registering again", _NUMBER, Backoff(300, 2, 1800, 3)),
    133016: _row(_W, "Registration limit", _NUMBER, Backoff(6 * 3600, 2, 24 * 3600, 3)),
    134011: _row(_C, "Payment terms not accepted", _BILLING),
    135000: _row(_N, "Generic user error", _OTHER),
    137000: _row(
        _N,
        "Identity key mismatch",
        Words("O cliente trocou de aparelho ou de número", "Confirme com ele por outro meio antes de continuar."),
    ),
}
RANGES: Final[tuple[tuple[range, Explanation], ...]] = (
    (range(200, 300), _row(_C, "API permission missing", _PERMISSION)),
    (range(131200, 131300), _row(_N, "Group error", _GROUP)),
    (range(134100, 134103), _row(_N, "Marketing API error", _MARKETING)),
    (range(138000, 139000), _row(_N, "Calling error", _OTHER)),
    (range(139100, 139200), _row(_N, "Block list error", _OTHER)),
    (range(147001, 147006), _row(_N, "Username error", _OTHER)),
    (range(2388000, 2389000), _row(_N, "Template or migration error", _TEMPLATE)),
    (range(2593107, 2593110), _row(_N, "History sync error", _OTHER)),
)
UNKNOWN: Final = _row(_N, "Unknown error", _OTHER)
# What is no error of Meta's, by class: a gateway's answer, or none at all.
WORDS_OF_CLASS: Final = {
    ErrorClass.TOKEN: _TOKEN,
    ErrorClass.CONFIGURATION: _PERMISSION,
    ErrorClass.THROTTLED_NUMBER: _BUSY,
    ErrorClass.RETRY: Words("A Meta não respondeu", _UNSTABLE.action),
}


def rows() -> Iterator[tuple[str, Explanation]]:
    """All of it, in the order of codes: `131026`, `138000-138999`."""
    ranges = [(span.start, f"{span.start}-{span.stop - 1}", row) for span, row in RANGES]
    for _, name, row in sorted([(code, str(code), row) for code, row in CODES.items()] + ranges, key=lambda it: it[0]):
        yield name, row
