"""The people and the past of the demo's provider. All invented."""

from dataclasses import dataclass
from typing import Literal

from plantao.identity.models import Role
from plantao.tags.models import TagColor

ADMIN_EMAIL, ADMIN_PASSWORD = "admin@email.com", "admin123"
STAFF_PASSWORD = "Plantao-123"  # noqa: S105 - printed on the screen of a demo that listens on loopback only

STAFF = (
    ("ana@provedor.example", "Ana Ribeiro", Role.SUPERVISOR),
    ("maria@provedor.example", "Maria Silva", Role.ATTENDANT),
    ("carlos@provedor.example", "Carlos Nogueira", Role.ATTENDANT),
)

# What a conversation is about, by what the bot understood, as the desk calls it.
TAGS = {
    "suporte_tecnico": ("Internet lenta", TagColor.ORANGE),
    "sem_conexao": ("Sem conexão", TagColor.RED),
    "financeiro": ("Boleto", TagColor.BLUE),
    "comercial": ("Venda", TagColor.GREEN),
    "mudanca_endereco": ("Mudança", TagColor.PURPLE),
}

Ending = Literal["resolved", "closed", "queue", "bot"]


@dataclass(frozen=True, slots=True)
class Story:
    """A past conversation. `lines`: who said it (c customer, b bot, or a colleague's first name) and what.

    `intent`: what the bot understood.
    """

    customer: str
    phone: str
    bsuid: str
    hours_ago: float
    ending: Ending
    intent: str
    lines: tuple[tuple[str, str], ...]


STORIES = (
    Story(
        "Cliente Exemplo",
        "5511999999999",
        "BR.1000000000000000001",
        52,  # older than the day in which a customer who writes again goes back to the same person
        "resolved",
        "suporte_tecnico",
        (
            ("c", "Boa tarde, minha internet está muito lenta"),
            ("b", "Olá Cliente! O problema acontece em todos os dispositivos ou só em um?"),
            ("c", "em todos. quero falar com um atendente"),
            ("b", "Certo, Cliente. Coloquei você na fila de atendimento: uma pessoa vai responder por aqui."),
            ("maria", "Oi! Aqui é a Maria. Vi que o seu modem está com muitos dias ligado. Pode reiniciar?"),
            ("c", "reiniciei e melhorou muito, obrigado!"),
            ("maria", "Que bom! Qualquer coisa é só chamar."),
        ),
    ),
    Story(
        "Joana Prado",
        "5511988887701",
        "BR.1000000000000000002",
        6,
        "resolved",
        "financeiro",
        (
            ("c", "bom dia, preciso da 2a via do boleto"),
            ("b", "Certo Joana, é sobre a sua fatura. Você precisa da segunda via ou do código PIX?"),
            ("c", "quero falar com atendente"),
            ("carlos", "Bom dia, Joana! Segue o código PIX da fatura de novembro. Ela vence no dia 25."),
            ("c", "paguei, valeu"),
        ),
    ),
    Story(
        "Seu Antônio",
        "5531988887777",
        "BR.1000000000000000003",
        3,
        "closed",
        "comercial",
        (
            ("c", "vcs atendem no bairro santa efigenia?"),
            ("b", "Que bom o seu interesse, Seu! Me diga o seu bairro e quantas pessoas usam a internet em casa."),
        ),
    ),
    Story(
        "Padaria Pão Quente",
        "5521977776604",
        "BR.1000000000000000004",
        0.4,
        "queue",
        "sem_conexao",
        (
            ("c", "a internet da padaria caiu, a maquininha não passa cartão"),
            ("b", "Entendi, você está sem conexão. A luz LOS (ou PON) do modem está vermelha ou piscando?"),
            ("c", "vermelha. isso é um absurdo, toda semana"),
            ("b", "Sinto muito pelo transtorno. Coloquei você na fila para uma pessoa da equipe cuidar disso."),
        ),
    ),
    Story(
        "Luciana Matos",
        "5511966665505",
        "BR.1000000000000000005",
        0.2,
        "bot",
        "mudanca_endereco",
        (
            ("c", "oi, vou mudar de endereço mês que vem"),
            ("b", "Entendi Luciana. Qual é o novo endereço, com CEP, e quando você se muda?"),
        ),
    ),
    Story(
        "Rafael Tanaka",
        "5511955554406",
        "BR.1000000000000000006",
        0.1,
        "bot",
        "comercial",
        (
            ("c", "qual o valor do plano de 500 mega?"),
            ("b", "Legal Rafael! Para falar de planos: qual é o seu endereço e qual velocidade você procura?"),
        ),
    ),
)
GREETING = "Oi, bom dia! Minha internet está lenta"
