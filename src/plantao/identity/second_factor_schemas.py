"""Bodies of `/auth/second-factor`."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from plantao.identity.models import Enrolment, SecondFactorState
from plantao.identity.schemas import Code, Input, Password


class EnrolmentBody(Input):
    """A senha atual: uma sessão roubada sozinha não muda nada."""

    password: Password


class ConfirmationBody(Input):
    code: Code


class RemovalBody(Input):
    password: Password
    code: Code


class SecondFactorAnswer(BaseModel):
    enabled: bool
    required: bool
    recovery_codes_left: int

    @classmethod
    def of(cls, state: SecondFactorState) -> Self:
        return cls(enabled=state.enabled, required=state.required, recovery_codes_left=state.recovery_codes_left)


class EnrolmentAnswer(BaseModel):
    """`uri` é o que o aplicativo lê num QR code."""

    secret: Annotated[str, Field(examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])]
    uri: Annotated[str, Field(examples=["otpauth://totp/Plant%C3%A3o:joao%40provedor.example?secret=JBSW..."])]

    @classmethod
    def of(cls, enrolment: Enrolment) -> Self:
        return cls(secret=enrolment.secret, uri=enrolment.uri)


class RecoveryCodesAnswer(BaseModel):
    """Mostrados só esta vez; cada um vale uma vez."""

    recovery_codes: list[str]
