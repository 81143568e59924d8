"""A wrong setting is one clear line that names it, and exit code 2."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.stories.harness import JWT_SECRET

from plantao.settings import (
    AUTH_DRIVERS,
    PREFIX,
    SettingsError,
    read_settings,
    require_for_serving,
)

COMPLETE = {
    "JWT_SECRET": JWT_SECRET,
    "WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
    "WHATSAPP_ACCESS_TOKEN": "EAAtoken",
    "WHATSAPP_APP_SECRET": "one, two",
    "WHATSAPP_VERIFY_TOKEN": "verify",
}
WRONG = [
    ("PORT", "eighty"),
    ("PORT", "70000"),
    ("PORT", "-1"),
    ("WHATSAPP_GRAPH_URL", "no address"),
    ("WHATSAPP_GRAPH_URL", "ftp://graph.example"),
    ("WHATSAPP_GRAPH_VERSION", "26"),
    ("WHATSAPP_PHONE_NUMBER_ID", "+5511"),
    ("BOT_DEBOUNCE_SECONDS", "-1"),
    ("BOT_DEBOUNCE_SECONDS", "31"),
    ("BOT_DEBOUNCE_SECONDS", "nan"),
    ("TIMEZONE", "Mars/Olympus"),
    ("TIMEZONE", "../etc/passwd"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_FORMAT", "xml"),
    ("SIMULATOR_PORT", "x"),
]
WEAK = ["short", "a" * 40, "abababab" * 5, "changeme" * 5, "0123456" * 10]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting from the machine that the tests run on."""
    for name in [name for name in os.environ if name.startswith(PREFIX) and name != "PLANTAO_TEST_SCRATCH"]:
        monkeypatch.delenv(name)


def environment(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name, value)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment(monkeypatch, COMPLETE | {name: value})
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert str(refused.value).startswith(f"{PREFIX}{name}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("missing", sorted(COMPLETE))
@pytest.mark.parametrize("empty", [True, False])
def test_serving_needs_what_it_cannot_do_without(monkeypatch: pytest.MonkeyPatch, missing: str, empty: bool) -> None:
    environment(monkeypatch, COMPLETE)
    if empty:
        monkeypatch.setenv(PREFIX + missing, "")
    else:
        monkeypatch.delenv(PREFIX + missing)
    with pytest.raises(SettingsError, match=f"^{PREFIX}{missing}: is required"):
        require_for_serving(read_settings())


@pytest.mark.parametrize("secret", WEAK)
def test_a_weak_secret_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    environment(monkeypatch, COMPLETE | {"JWT_SECRET": secret})
    with pytest.raises(SettingsError, match=f"^{PREFIX}JWT_SECRET: ") as refused:
        require_for_serving(read_settings())
    assert secret not in str(refused.value)


def test_what_is_complete_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, COMPLETE)
    settings = read_settings()
    require_for_serving(settings)
    assert [secret.get_secret_value() for secret in settings.whatsapp_app_secret] == ["one", "two"]


def test_no_secret_is_in_what_is_printed_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {"DATABASE_URL": "postgresql://u:hidden@h/d", "METRICS_TOKEN": "hidden", "ADMIN_PASSWORD": "hidden"}
    environment(monkeypatch, COMPLETE | secrets)
    shown = repr(read_settings())
    assert "hidden" not in shown
    assert JWT_SECRET not in shown


def test_the_safe_defaults() -> None:
    assert read_settings().host == "127.0.0.1"
    assert read_settings().metrics_token is None  # loopback only


@pytest.mark.parametrize(
    "url",
    [
        "mssql://u:p@h/d",
        "mssql+pyodbc://u:p@h/d",
        "postgresql://u:p@h/d",
        "mssql+pymssql://u:p@h",
        "mssql+pymssql:///d",
        "mssql+pymssql",
    ],
)
def test_an_address_of_no_users_database_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    environment(monkeypatch, COMPLETE | {"AUTH_DATABASE_URL": url})
    with pytest.raises(SettingsError, match=f"^{PREFIX}AUTH_DATABASE_URL: must") as refused:
        require_for_serving(read_settings())
    assert "u:p" not in str(refused.value)


@pytest.mark.parametrize("scheme", AUTH_DRIVERS)
def test_both_drivers_are_known(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    environment(monkeypatch, COMPLETE | {"AUTH_DATABASE_URL": f"{scheme}://u:p@h:1433/d"})
    require_for_serving(read_settings())
    monkeypatch.setitem(AUTH_DRIVERS, scheme, "no_such_driver")
    with pytest.raises(SettingsError, match="driver is missing"):
        require_for_serving(read_settings())


CLI_TABLE = [
    ({"PORT": "eighty"}, "PORT"),
    ({"JWT_SECRET": "changeme"}, "JWT_SECRET"),
    ({"JWT_SECRET": ""}, "JWT_SECRET"),
    ({"WHATSAPP_APP_SECRET": " , "}, "WHATSAPP_APP_SECRET"),
    ({"DATABASE_URL": "mysql://u:hidden@h/d"}, "DATABASE_URL"),
]


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(("values", "named"), CLI_TABLE)
def test_the_command_line_says_it_in_one_line(tmp_path: Path, command: str, values: dict[str, str], named: str) -> None:
    given = {"DATA_DIR": str(tmp_path), "PORT": "0"} | COMPLETE | values
    env = os.environ | {PREFIX + name: value for name, value in given.items()}
    done = subprocess.run(
        [sys.executable, "-m", "plantao", command], env=env, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]  # warnings are JSON lines
    assert len(said) == 1
    assert said[0].startswith(f"plantao: {PREFIX}{named}: ")
    assert "hidden" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        values = COMPLETE | {"DATA_DIR": str(tmp_path), "PORT": str(taken.getsockname()[1])}
        env = os.environ | {PREFIX + name: value for name, value in values.items()}
        command = [sys.executable, "-m", "plantao", "serve"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"plantao: {PREFIX}PORT: cannot listen on")
