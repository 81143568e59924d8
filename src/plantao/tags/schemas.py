"""Tags at the API's edge."""

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from plantao.tags.models import MOST_WORN, TagColor, key_of

LARGEST_ID: Final = 2**53

TagNumber = Annotated[int, Field(ge=1, le=LARGEST_ID, strict=True)]
TagNumbers = Annotated[list[TagNumber], Field(max_length=MOST_WORN, examples=[[1, 4]])]


def _one_line(value: str) -> str:
    """What people see on one line, without space around it; never a name that looks like none."""
    name = " ".join(value.split())
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"} for letter in name):
        raise ValueError("O nome contém caracteres inválidos.")
    if not key_of(name):
        raise ValueError("O nome não pode ficar vazio.")
    return name


TagName = Annotated[str, Field(min_length=1, max_length=40, examples=["Sem conexão"]), AfterValidator(_one_line)]


class NewTag(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: TagName
    color: TagColor = TagColor.GRAY


class TagChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: TagName | None = None
    color: TagColor | None = None


class TagOut(BaseModel):
    id: int = Field(examples=[4])
    name: str = Field(examples=["Sem conexão"])
    color: TagColor


class TagsOut(BaseModel):
    tags: list[TagOut]


class TagsInput(BaseModel):
    """O conjunto inteiro: o que não está nele é tirado."""

    model_config = ConfigDict(extra="forbid")

    tags: TagNumbers
