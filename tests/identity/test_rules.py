import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantao.identity import rules
from plantao.kit.errors import ValidationFailed


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("admin@email.com", "admin@email.com"),
        ("  Joao.Silva+a@Sub.Provedor.com.br ", "Joao.Silva+a@Sub.Provedor.com.br"),
        ("a@b.com\n", "a@b.com"),
        ("o'neil_-{}@x-y.co", "o'neil_-{}@x-y.co"),
        ("joão@açaí.com.br", "joão@açaí.com.br"),
        ("a@xn--80ak6aa92e.xn--p1ai", "a@xn--80ak6aa92e.xn--p1ai"),
        ("ｆull＠width.com", "full@width.com"),
        ("a" * 64 + "@" + "b" * 63 + ".com", "a" * 64 + "@" + "b" * 63 + ".com"),
    ],
)
def test_an_email_is_accepted_in_its_normal_form(given: str, clean: str) -> None:
    assert rules.clean_email(given) == clean


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a",
        "a@",
        "@b.com",
        "a@b",
        "a@b.c",
        "a@b..com",
        "a@.b.com",
        "a@b.com.",
        "a@-b.com",
        "a@b-.com",
        "a@b.com-",
        ".a@b.com",
        "a.@b.com",
        "a..b@c.com",
        "a b@c.com",
        "a@b@c.com",
        "a@1.2.3.4",
        "a@b_c.com",
        '"a"@b.com',
        "a\0@b.com",
        "a\n@b.com",
        "a\ud800@b.com",
        "⒈@a＠b.com",
        "a" * 65 + "@b.com",
        "a@" + "b" * 64 + ".com",
        "a@" + "b." * 130 + "com",
    ],
)
def test_what_is_no_email_is_refused(email: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        rules.clean_email(email)
    assert caught.value.field == "email"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Admin@Email.com", "admin@email.COM"), ("STRASSE@x.com", "straße@x.com"), ("JOÃO@x.com", "joa\u0303o@x.com")],
)
def test_emails_compare_without_case_and_in_one_normal_form(one: str, other: str) -> None:
    assert rules.email_key(one) == rules.email_key(other)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    key = rules.email_key(text)
    assert rules.email_key(key) == key


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("Ab1!xyz", "8 caracteres"),
        ("senhasegura123!", "maiúscula"),
        ("SenhaSegura!", "número"),
        ("SenhaSegura²!", "número"),
        ("SenhaSegura123", "especial"),
        ("SenhaSegura 123", "especial"),
        ("SenhaSegurá123", "especial"),
        ("SenhaSegura123!\0", "inválidos"),
        ("SenhaSegura123!\ud800", "inválidos"),
        ("A1!" + "é" * 511, "1024 bytes"),
    ],
)
def test_a_refused_password_hears_which_rule_it_breaks(password: str, word: str) -> None:
    with pytest.raises(ValidationFailed, match=word) as caught:
        rules.check_new_password(password)
    assert caught.value.field == "password"


@pytest.mark.parametrize("password", ["Abcdef1!", "ÁRVORE-1", "A1!" + "x" * 1021, "Çedilha_9", "A1 😀 longa"])
def test_a_password_that_keeps_the_rules(password: str) -> None:
    rules.check_new_password(password)


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\0b", "a\nb", "a\u202eb", "a\ud800b", "\x1b[31m"])
def test_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        rules.clean_name(name)
    assert caught.value.field == "nome"


def test_a_name_is_stripped() -> None:
    assert rules.clean_name("  João d'Ávila Jr. ") == "João d'Ávila Jr."
    assert rules.clean_name("x" * 120) == "x" * 120
