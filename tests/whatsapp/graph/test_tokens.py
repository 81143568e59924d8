"""The token may change while we run; what is no token never takes the place of one that is."""

from pathlib import Path

import pytest
import structlog

from plantao.settings import Settings, SettingsError
from plantao.whatsapp.graph.tokens import FixedToken, TokenFile, fingerprint
from plantao.whatsapp.numbers import read_numbers


@pytest.mark.parametrize("value", ["", "two words", "ação", "a\nb"])
def test_what_is_no_token_is_refused_and_not_shown(value: str, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(value, encoding="utf-8")
    with pytest.raises(ValueError) as fixed:  # noqa: PT011 - the text is looked at below
        FixedToken(value)
    with pytest.raises(ValueError) as file:  # noqa: PT011 - the text is looked at below
        TokenFile(path)
    assert not value or value not in f"{fixed.value}{file.value}"


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first\n")
    token = TokenFile(path)
    assert [token.current(), token.current()] == ["first", "first"]
    (tmp_path / "new").write_text("the-second-one")
    (tmp_path / "new").rename(path)
    assert token.current() == "the-second-one"
    path.write_text("and-a-third-one")
    assert token.current() == "and-a-third-one"


def test_while_the_file_is_bad_the_last_good_token_stays_and_it_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("good")
    token = TokenFile(path)
    with structlog.testing.capture_logs() as logs:
        path.write_text("")
        assert [token.current() for _ in range(3)] == ["good"] * 3
        path.unlink()
        assert [token.current() for _ in range(3)] == ["good"] * 3
    assert [line["event"] for line in logs] == ["token_file_unreadable"]
    path.write_text("better")
    assert token.current() == "better"


def test_a_fingerprint_tells_tokens_apart_and_shows_none() -> None:
    assert fingerprint("a" * 200) == fingerprint("a" * 200) != fingerprint("b" * 200)
    assert "a" * 5 not in fingerprint("a" * 200)


@pytest.mark.parametrize("content", [None, "", "two words"])
def test_a_start_without_a_good_file_says_which_setting(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match="PLANTAO_WHATSAPP_ACCESS_TOKEN_FILE"):
        read_numbers(Settings.model_validate({"whatsapp_access_token_file": path}))


async def test_each_number_has_its_own_token_or_that_of_all(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("shared")
    given = {
        "whatsapp_phone_number_id": "1",
        "whatsapp_access_token_file": path,
        "whatsapp_numbers": [{"phone_number_id": "2"}, {"phone_number_id": "3", "access_token": "own", "bot": False}],
    }
    numbers = read_numbers(Settings.model_validate(given))
    assert [number.token.current() for number in numbers] == ["shared", "shared", "own"]
    path.write_text("changed!")
    assert [number.token.current() for number in numbers] == ["changed!", "changed!", "own"]
    assert numbers.without_bot == {"3"}
    assert [numbers.of(id_) for id_ in (None, "", "1", "2", "9")] == [*[numbers.first] * 3, numbers.get("2"), None]
    await numbers.aclose()
