"""What can be wrong with a log-in, a token or a change to a user."""

from plantao.kit.errors import AppError, Conflict, ErrorCode, Forbidden


class Unauthenticated(AppError):
    """Base of all 401s. RFC 9110 wants the scheme named in each of them."""

    status = 401
    error_code = ErrorCode.INVALID_TOKEN

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


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
