"""What the offline engine says. No answer promises anything: the engine has done nothing but read.

`{name}` is " João" or nothing; `{plan}` is " Seu plano é o de 100 Mbps." or nothing; `{provider}` is " da Horizonte" or
nothing.
"""

from plantao.chatbot.engine import Intent

ANSWERS: dict[Intent, tuple[str, ...]] = {
    Intent.GREETING: (
        (
            "Olá{name}! Sou o assistente virtual{provider}. Me conte em poucas palavras como posso ajudar: "
            "internet, fatura, planos ou visita técnica."
        ),
        (
            "Oi{name}! Aqui é o assistente virtual{provider}. "
            "É sobre a sua internet, a fatura, um plano ou uma visita técnica?"
        ),
        "Olá{name}! Em que posso ajudar? Falo de internet, fatura, planos e visitas técnicas.",
    ),
    Intent.NO_CONNECTION: (
        (
            "Entendi{name}, você está sem conexão. Desligue o modem da tomada por 30 segundos e ligue de novo. "
            "Depois me diga: a luz LOS (ou PON) está vermelha ou piscando?"
        ),
        (
            "Certo{name}, sem internet. Primeiro tire o modem da tomada por 30 segundos e religue. "
            "Voltou? Se não, me diga a cor das luzes do aparelho."
        ),
        (
            "Que chato ficar sem internet{name}. Já tirou o modem da tomada por 30 segundos? "
            "Se já, me diga quais luzes do aparelho estão acesas e de que cor."
        ),
    ),
    Intent.TECHNICAL_SUPPORT: (
        (
            "Olá{name}! Vamos ver isso. O problema acontece em todos os dispositivos ou só em um? "
            "E é no Wi-Fi ou também com o cabo de rede?"
        ),
        (
            "Entendi{name}.{plan} Para achar a causa: o problema é em todos os aparelhos ou em apenas um? "
            "Se puder, faça um teste de velocidade perto do roteador e me diga o resultado."
        ),
        (
            "Certo{name}, vamos por partes.{plan} Isso acontece o tempo todo ou em certos horários? "
            "E em um aparelho só ou em todos?"
        ),
    ),
    Intent.BILLING: (
        (
            "Certo{name}, é sobre a sua fatura. Você precisa da segunda via, do código PIX ou quer tirar uma dúvida "
            "sobre o valor?"
        ),
        "Entendi{name}. Me diga o que precisa: segunda via, código PIX, desbloqueio ou dúvida sobre a cobrança?",
        "Certo{name}. É um boleto que falta, um pagamento já feito ou um valor que não confere?",
    ),
    Intent.SALES: (
        ("Que bom o seu interesse{name}! É para contratar ou para mudar o plano que você já tem? E em qual bairro?"),
        "Legal{name}! Para falar de planos: qual é o seu endereço e qual velocidade você procura?",
    ),
    Intent.SCHEDULING: (
        "Certo{name}, é sobre visita técnica. Você quer marcar uma nova, remarcar ou saber de uma já aberta?",
        "Entendi{name}. Quer agendar uma visita ou acompanhar um chamado que já existe?",
        "Certo{name}. Me diga o número do protocolo, se já tiver um, ou o dia e o período que são bons para você.",
    ),
    Intent.MOVING: (
        "Certo{name}, é sobre mudança. É para outro endereço ou para outro ponto da mesma casa?",
        "Certo{name}, mudança de endereço. Me envie o endereço novo completo, com CEP, e a data prevista da mudança.",
        "Entendi{name}. Qual é o novo endereço, com CEP, e quando você se muda?",
    ),
    Intent.THANKS: (
        "Por nada{name}! Se precisar, é só escrever.",
        "Disponha{name}! Estamos por aqui.",
        "Imagina{name}! Qualquer coisa, é só chamar.",
    ),
    Intent.OUT_OF_SCOPE: (
        (
            "Não entendi bem{name}. Pode explicar de outro jeito? Posso ajudar com internet, fatura, planos e visitas "
            "técnicas."
        ),
        (
            "Desculpe{name}, não compreendi. É sobre a internet, a fatura, um plano ou uma visita? Se quiser, escreva "
            "“atendente”."
        ),
        (
            "Nisso eu não consigo ajudar{name}. Por aqui falo de internet, fatura, planos e visitas técnicas. "
            "Para uma pessoa da equipe, escreva “atendente”."
        ),
    ),
    Intent.HUMAN: (
        "Certo{name}, vamos com uma pessoa da equipe.",
        "Sem problema{name}: daqui em diante é com uma pessoa da equipe.",
        "Claro{name}, isso é com uma pessoa da equipe.",
    ),
    Intent.CANCELLATION: (
        "Entendi{name}. Esse assunto é com uma pessoa da equipe.",
        "Certo{name}. De cancelamento quem trata é uma pessoa da equipe.",
        "Compreendo{name}. Por aqui eu não cancelo nem suspendo nada: isso é com uma pessoa da equipe.",
    ),
    Intent.COMPLAINT: (
        "Sinto muito pelo transtorno{name}. Isso precisa de uma pessoa da equipe.",
        "Lamento por isso{name}. Esse assunto é para uma pessoa da equipe olhar.",
        "Peço desculpas pelo que aconteceu{name}. Quem precisa ouvir isso é uma pessoa da equipe.",
    ),
}

HAND_OVER = (
    "Não quero tomar o seu tempo{name}: isso é melhor com uma pessoa da equipe.",
    "Ainda não consegui entender{name}. É melhor uma pessoa da equipe ver isso.",
)
FOLLOW_UP = (
    "Obrigado pela informação{name}. Agora uma pessoa da equipe precisa olhar o seu caso.",
    "Anotado{name}, obrigado. O próximo passo é com uma pessoa da equipe.",
)
UNREADABLE = (
    "Recebi o seu arquivo{name}, mas só uma pessoa da equipe consegue analisá-lo.",
    "Chegou aqui{name}. Áudios, fotos e arquivos precisam de uma pessoa da equipe.",
)
# Said by who has put the conversation into the queue, after the engine's own words.
QUEUED = "Coloquei você na fila de atendimento: uma pessoa vai responder por aqui. Seu protocolo é {protocol}."

# Intents whose answer ends in a question: the customer's next words are likely to answer it.
ASKED_BACK = frozenset(
    {
        Intent.NO_CONNECTION,
        Intent.TECHNICAL_SUPPORT,
        Intent.BILLING,
        Intent.SALES,
        Intent.SCHEDULING,
        Intent.MOVING,
    }
)

ACTIONS: dict[Intent, list[str]] = {
    Intent.NO_CONNECTION: ["reiniciar_modem", "verificar_luzes", "verificar_queda_na_regiao"],
    Intent.TECHNICAL_SUPPORT: ["verificar_modem", "testar_velocidade"],
    Intent.BILLING: ["enviar_segunda_via", "enviar_pix"],
    Intent.SALES: ["verificar_cobertura", "apresentar_planos"],
    Intent.SCHEDULING: ["consultar_agenda"],
    Intent.MOVING: ["verificar_cobertura", "agendar_mudanca"],
    Intent.CANCELLATION: ["oferecer_retencao"],
}


def fill(template: str, *, name: str | None, plan: str | None = None, provider: str = "") -> str:
    """The template with the customer's first name and plan and the provider's name, as far as they are known."""
    first = name.split()[0] if name and name.strip() else ""
    known = " ".join(plan.split()) if plan else ""
    return template.format(
        name=f" {first}" if first else "",
        plan=f" Seu plano é o de {known}." if known else "",
        provider=f" da {provider}" if provider else "",
    )
