"""What customers write, and what it is understood as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantao.chatbot.engine import Intent
from plantao.chatbot.policy import SURE
from plantao.chatbot.rules import RULES, classify, normalise

UTTERANCES: dict[Intent, tuple[str, ...]] = {
    Intent("sem_conexao"): (
        "Minha internet caiu",
        "tô sem net desde ontem",
        "to sem sinal",
        "estou sem internet",
        "a internet caiu de novo",
        "a luz LOS está vermelha",
        "o modem tá com a luz vermelha piscando",
        "sem conexão aqui em casa",
        "não conecta",
        "internet fora do ar",
        "a net parou",
        "caiu tudo aqui",
    ),
    Intent("suporte_tecnico"): (
        "minha internet está lenta",
        "o wifi tá muito ruim",
        "wi-fi não chega no quarto",
        "a velocidade está baixa",
        "tá travando os jogos",
        "lag demais no jogo",
        "como mudo a senha do wi-fi?",
        "o roteador não liga",
        "só chega 50 megas",
    ),
    Intent("financeiro"): (
        "preciso do boleto",
        "segunda via da fatura",
        "quero a 2ª via",
        "me manda o pix",
        "já paguei e continua bloqueado",
        "qual o vencimento da minha fatura?",
        "quero o código pix para pagar",
        "minha conta veio errada",
        "cobraram juros",
        "como faço o pagamento?",
        "preciso da nota fiscal",
    ),
    Intent("comercial"): (
        "quero contratar um plano",
        "quais os planos de vocês?",
        "tem cobertura na minha rua?",
        "tem promoção?",
    ),
    Intent("cancelamento"): (
        "quero cancelar",
        "quero o cancelamento do contrato",
        "vou cancelar a internet",
        "quero rescindir meu contrato",
    ),
    Intent("agendamento"): (
        "quero agendar uma visita",
        "que horas vem o técnico?",
        "preciso remarcar a instalação",
        "o técnico não apareceu",
    ),
    Intent("mudanca_endereco"): (
        "vou mudar de endereço",
        "mudei de casa",
        "quero levar a internet para o novo endereço",
    ),
    Intent("falar_com_atendente"): (
        "quero falar com um atendente",
        "atendente",
        "me passa para um humano",
        "quero falar com uma pessoa",
        "não quero falar com robô",
        "me liga",
    ),
    Intent("reclamacao"): (
        "isso é um absurdo",
        "vou no procon",
        "vou reclamar na anatel",
        "péssimo atendimento",
        "que vergonha esse serviço",
    ),
    Intent("agradecimento"): (
        "obrigado",
        "muito obrigada!",
        "valeu",
        "vlw",
        "tchau",
        "deu certo",
        "era só isso",
    ),
    Intent("saudacao"): (
        "oi",
        "oii",
        "Olá",
        "bom dia",
        "boa tarde",
        "Boa noite!",
        "opa",
        "e aí",
        "tudo bem?",
        "alô",
    ),
    Intent("fora_de_escopo"): (
        "qual a capital da França?",
        "asdfgh",
        "👍",
        "vc vende pizza?",
        "😀",
        "kkkk",
    ),
}
TABLE = [(text, intent) for intent, texts in UTTERANCES.items() for text in texts]


@pytest.mark.parametrize(("text", "intent"), TABLE)
def test_an_utterance_is_understood(text: str, intent: Intent) -> None:
    found, confidence = classify(text)
    assert found is intent
    assert (confidence < SURE) == (intent is Intent.OUT_OF_SCOPE)


@pytest.mark.parametrize(("text", "intent"), TABLE)
def test_accents_case_and_punctuation_do_not_matter(text: str, intent: Intent) -> None:
    shouted = f"  {normalise(text).upper()}!!!  "
    assert classify(shouted)[0] is intent


def test_the_table_knows_every_intent() -> None:
    assert set(UTTERANCES) == set(Intent)
    assert len(TABLE) >= 60


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("minha internet caiu, quero falar com um atendente", Intent.HUMAN),
        ("bom dia, minha internet caiu", Intent.NO_CONNECTION),
        ("boa tarde, preciso do boleto", Intent.BILLING),
        ("isso é um absurdo, estou sem internet", Intent.COMPLAINT),
        ("quero cancelar, é um absurdo", Intent.CANCELLATION),
        ("obrigado, mas a internet caiu de novo", Intent.NO_CONNECTION),
        ("oi\ntudo bem?\npreciso da segunda via", Intent.BILLING),
    ],
)
def test_of_several_wishes_the_weightier_decides(text: str, intent: Intent) -> None:
    assert classify(text)[0] is intent


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    intent, confidence = classify(text)
    assert intent in Intent
    assert 0 <= confidence <= 1


@given(st.sampled_from(TABLE), st.text(alphabet="qwzy ", max_size=20))
def test_a_wish_is_found_behind_other_words(pair: tuple[str, Intent], noise: str) -> None:
    text, intent = pair
    if intent is not Intent.OUT_OF_SCOPE:
        assert classify(f"{noise} {text}")[0] is intent


def test_every_rule_is_sure_of_itself() -> None:
    assert all(SURE <= confidence <= 1 for _, confidence, _ in RULES)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("minha internet não está funcionando", Intent.NO_CONNECTION),
        ("boa noite, a internet não está funcionando", Intent.NO_CONNECTION),
        ("não tá pegando a internet", Intent.NO_CONNECTION),
        ("minha internet não volta", Intent.NO_CONNECTION),
        ("não resolveu", Intent.OUT_OF_SCOPE),
        ("não deu certo", Intent.OUT_OF_SCOPE),
        ("ainda não foi resolvido", Intent.OUT_OF_SCOPE),
        ("quanto custa 500 mega?", Intent.SALES),
        ("vocês atendem no bairro Jardim América?", Intent.SALES),
        ("não quero cancelar, só tirar uma dúvida da fatura", Intent.BILLING),
    ],
)
def test_what_a_stem_alone_would_misread(text: str, intent: Intent) -> None:
    assert classify(text)[0] is intent
