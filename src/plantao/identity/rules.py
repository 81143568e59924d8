"""What an e-mail, a name and a password have to be. Pure; the API and the command line share them.

Each raises `ValidationFailed`, whose `field` is the contract's word for the input.
"""

import hashlib
import re
import unicodedata

from plantao.kit.errors import ValidationFailed

EMAIL_MAX, EMAIL_LOCAL_MAX = 254, 64
NAME_MAX = 120
PASSWORD_MIN = 8
PASSWORD_MAX_BYTES = 1024

# Stricter than RFC 5322 on purpose: no quoted local parts, no comments, no addresses without a domain name.
_LOCAL = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
_LABEL = r"[^\W_](?:[^\W_]|-){0,62}(?<!-)"
_TOP_LABEL = r"[^\W\d_](?:[^\W_]|-){1,62}(?<!-)"
_EMAIL = re.compile(rf"({_LOCAL})@(?:{_LABEL}\.)+{_TOP_LABEL}")


def clean_email(value: str) -> str:
    """The address in its normal form (NFKC), as it is shown and written to."""
    email = unicodedata.normalize("NFKC", value.strip())
    match = _EMAIL.fullmatch(email) if len(email) <= EMAIL_MAX else None
    if match is None or len(match[1]) > EMAIL_LOCAL_MAX:
        raise ValidationFailed("E-mail inválido.", field="email")
    return email


def email_key(email: str) -> str:
    """How e-mails compare: without regard to case. Case folding can undo the normal form, hence the second pass."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email).casefold())


def failure_key(email_key: str) -> str:
    """How failures of an account are counted, without keeping the e-mail."""
    return hashlib.sha256(email_key.encode()).hexdigest()


def clean_name(value: str) -> str:
    name = value.strip()
    if not 1 <= len(name) <= NAME_MAX:
        raise ValidationFailed(f"O nome deve ter de 1 a {NAME_MAX} caracteres.", field="nome")
    if not name.isprintable():
        raise ValidationFailed("O nome não pode ter caracteres de controle.", field="nome")
    return name


def check_password_bytes(password: str) -> None:
    """Before any hashing, of a new password or at log-in: what a client sends must not buy unbounded work."""
    try:
        size = len(password.encode())
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can write it, UTF-8 cannot
        raise ValidationFailed("A senha tem caracteres inválidos.", field="password") from None
    if size > PASSWORD_MAX_BYTES:
        raise ValidationFailed(f"A senha deve ter no máximo {PASSWORD_MAX_BYTES} bytes.", field="password")
    if "\0" in password:
        raise ValidationFailed("A senha tem caracteres inválidos.", field="password")


def check_new_password(password: str) -> None:
    """The contract's rule; names the first part of it that is broken."""
    check_password_bytes(password)
    broken = None
    if len(password) < PASSWORD_MIN:
        broken = f"A senha deve ter pelo menos {PASSWORD_MIN} caracteres."
    elif not any(character.isupper() for character in password):
        broken = "A senha deve ter pelo menos 1 letra maiúscula."
    elif not any(character.isdecimal() for character in password):
        broken = "A senha deve ter pelo menos 1 número."
    elif all(character.isalnum() or character.isspace() for character in password):
        broken = "A senha deve ter pelo menos 1 caractere especial."
    if broken is not None:
        raise ValidationFailed(broken, field="password")
