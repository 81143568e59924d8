"""What of a customer's sentence is shown to who teaches the bot."""

import pytest

from plantao.chatbot.unsure import masked


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("meu cpf é 123.456.789-00", "meu cpf é 000.000.000-00"),
        ("liga (11) 98888-7777\nmeu nome é João", "liga (00) 00000-0000 meu nome é João"),
        ("manda pra joao@x.com.br por favor", "manda pra (e-mail) por favor"),
        ("plano de 100 mega por 99,90", "plano de 100 mega por 99,90"),
        ("pix 00020126360014BR", "pix 00000000000000BR"),
    ],
)
def test_long_numbers_and_addresses_are_not(said: str, shown: str) -> None:
    assert masked(said) == shown
