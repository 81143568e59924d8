"""Teaching the bot, at the API's edge."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from plantao.chatbot.engine import Intent
from plantao.chatbot.understanding import Basis
from plantao.chatbot.unsure import LONGEST, SHORTEST
from plantao.conversations.schemas import Text


def _one_line(text: str) -> str:
    """Trimmed, and the length of what is left is what counts."""
    line = " ".join(text.split())
    if not SHORTEST <= len(line) <= LONGEST:
        raise ValueError(f"Deve ter de {SHORTEST} a {LONGEST} caracteres.")
    return line


Sentence = Annotated[
    Text,
    Field(min_length=SHORTEST, max_length=LONGEST, examples=["a luz do aparelho tá vermelha"]),
    AfterValidator(_one_line),
]
Share = Annotated[float, Field(ge=0, le=1)]


class Source(StrEnum):
    """De onde é um exemplo."""

    OWN = "own"
    SHIPPED = "shipped"


class ExampleInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    intent: Intent = Field(examples=["sem_conexao"])
    text: Sentence


class ShippedExampleInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Text = Field(min_length=1, max_length=1000, examples=["boa noite"])
    disabled: bool = Field(strict=True)


class OwnExampleOut(BaseModel):
    id: int
    intent: Intent
    text: str
    created_at: datetime
    created_by: int


class ExampleOut(BaseModel):
    """`id`, `created_at` e `created_by` são null nos exemplos de fábrica, que não se apagam: `disabled` os desliga."""

    id: int | None
    intent: Intent
    text: str
    source: Source
    disabled: bool
    created_at: datetime | None
    created_by: int | None


class ExamplesOut(BaseModel):
    examples: list[ExampleOut]
    total: int
    page: int
    limit: int
    pages: int


class IntentOut(BaseModel):
    """`f1`: de 0 a 1, nas frases de avaliação que o robô nunca aprendeu. `examples`: as próprias mais novas."""

    intent: Intent
    description: str
    shipped_examples: int
    disabled_examples: int
    own_examples: int
    precision: Share
    recall: Share
    f1: Share
    examples: list[OwnExampleOut]


class TrainingOut(BaseModel):
    """`macro_f1`: média do F1 das intenções. `own_understood`: quantos exemplos próprios o robô entende, antes ou
    depois de aprendê-los. `applied`: se está em uso; o que piora só entra em uso com `force`."""

    version: int
    trained_at: datetime
    trained_by: int
    applied: bool
    own_examples: int
    disabled_examples: int
    macro_f1_before: Share
    macro_f1: Share
    own_understood_before: int
    own_understood: int


class TeachableIntentsOut(BaseModel):
    """`training`: o treino em vigor; null: só os exemplos de fábrica. `up_to_date`: nada mudou desde então.

    `version_in_use`: o que este processo já usa; fica atrás de `training.version` por poucos segundos.
    """

    intents: list[IntentOut]
    macro_f1: Share
    training: TrainingOut | None
    version_in_use: int
    up_to_date: bool
    most_own_examples: int


class SentenceTestInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Text = Field(min_length=1, max_length=1000, examples=["minha net caiu"])


class RankedIntent(BaseModel):
    intent: Intent
    confidence: Share


class NearestExample(BaseModel):
    """`similarity`: 1 é igual."""

    intent: Intent
    text: str
    similarity: Share
    source: Source


class SentenceTestOut(BaseModel):
    """`basis`: `hard_words`, palavras que decidem sozinhas; `examples`, os exemplos; `nothing_known`, nada conhecido.

    `ranking`: o que os exemplos sozinhos diriam. `answer`: o que o robô responderia se a conversa começasse assim.
    """

    intent: Intent
    confidence: Share
    basis: Basis
    ranking: list[RankedIntent]
    would_transfer: bool
    answer: str
    nearest: list[NearestExample]


class TrainInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    force: bool = Field(False, strict=True, description="Usar também se entender menos que antes.")


class UnsureOut(BaseModel):
    """`text`: sem números longos nem e-mails. `guess`: o palpite do robô."""

    conversation_id: UUID
    text: str
    at: datetime
    confidence: Share
    guess: RankedIntent


class UnsureListOut(BaseModel):
    sentences: list[UnsureOut]
