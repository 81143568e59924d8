"""What can be wrong with a log-in, a token or a change to a user."""

from plantao.kit.errors import AppError, Conflict, ErrorCode, Forbidden, ValidationFailed


class Unauthenticated(AppError):
    """Base of all 401s. RFC 9110 wants the scheme named in each of them."""

    status = 401
    error_code = ErrorCode.INVALID_TOKEN

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail, field=field, headers={"WWW-Authenticate": "Bearer"})


class InvalidCredentials(Unauthenticated):
    """Unknown e-mail, wrong password and inactive user are one answer: nobody learns who has an account."""

    error_code = ErrorCode.INVALID_CREDENTIALS

    def __init__(self) -> None:
        super().__init__("E-mail ou senha inválidos.")


class InvalidToken(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("Token ausente ou inválido.")


class TokenExpired(Unauthenticated):
    error_code = ErrorCode.TOKEN_EXPIRED

    def __init__(self) -> None:
        super().__init__("Sua sessão expirou. Entre novamente.")


class SecondFactorNeeded(Forbidden):
    """The password is right; it alone opens nothing. Not a 401, which would count as a failed log-in."""

    error_code = ErrorCode.SECOND_FACTOR_REQUIRED

    def __init__(self) -> None:
        super().__init__("Informe o código do seu aplicativo autenticador.", field="code")


class WrongCode(Unauthenticated):
    error_code = ErrorCode.INVALID_CREDENTIALS

    def __init__(self) -> None:
        super().__init__("Código inválido ou já usado.", field="code")


class BadCode(ValidationFailed):
    """Where somebody is logged in already."""

    def __init__(self) -> None:
        super().__init__("Código inválido ou já usado.", field="code")


class WrongPassword(ValidationFailed):
    def __init__(self) -> None:
        super().__init__("Senha incorreta.", field="password")


class SecondFactorMissing(Forbidden):
    error_code = ErrorCode.SECOND_FACTOR_REQUIRED

    def __init__(self) -> None:
        super().__init__("Seu papel exige a verificação em duas etapas. Ative-a em sua conta para continuar.")


class SecondFactorOn(Conflict):
    def __init__(self) -> None:
        super().__init__("A verificação em duas etapas já está ativa. Desative-a antes de trocar de aparelho.")


class SecondFactorOff(Conflict):
    def __init__(self) -> None:
        super().__init__("A verificação em duas etapas não está ativa.")


class TokenReused(Unauthenticated):
    error_code = ErrorCode.TOKEN_REUSED

    def __init__(self) -> None:
        super().__init__(
            "Este token de renovação já foi usado. Por segurança, a sessão foi encerrada: entre novamente."
        )


class RegistrationClosed(Forbidden):
    error_code = ErrorCode.REGISTRATION_CLOSED

    def __init__(self) -> None:
        super().__init__("O cadastro está fechado. Peça uma conta a um administrador.")


class EmailTaken(Conflict):
    def __init__(self) -> None:
        super().__init__("Já existe um usuário com este e-mail.", field="email")


class LastAdministrator(Conflict):
    def __init__(self) -> None:
        super().__init__("O último administrador ativo não pode ser desativado nem perder este papel.")
