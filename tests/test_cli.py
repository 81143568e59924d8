"""The commands of the person who installs it, against a real embedded directory."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.postgres.helpers import query
from tests.tds import TdsServer
from tests.tds.drivers import drivers
from tests.test_settings import COMPLETE

from plantao.kit.migrations import newest_revision
from plantao.kit.postgres import EmbeddedPostgres
from plantao.settings import PREFIX

PASSWORD = "Senha-Segura-123"


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """One directory for all: initdb is dear. Each test uses people and rows of its own."""
    with tempfile.TemporaryDirectory(prefix="plantao-cli-") as directory:
        Path(directory).chmod(0o755)  # the server runs as another user when we are root
        data = Path(directory) / "data"
        data.mkdir()
        # Kept running meanwhile, so that each command joins it instead of starting its own.
        with EmbeddedPostgres(data / "postgres"):
            yield data


def run(data_dir: Path, *arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    env |= {f"{PREFIX}DATA_DIR": str(data_dir), f"{PREFIX}LOG_LEVEL": "ERROR", "COLUMNS": "200", "NO_COLOR": "1"}
    env |= {PREFIX + name: value for name, value in settings.items()}
    command = [sys.executable, "-m", "plantao", *arguments]
    return subprocess.run(command, env=env, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_migrate_brings_the_database_to_the_newest_revision(data_dir: Path) -> None:
    for _ in range(2):
        done = run(data_dir, "migrate")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"revision {newest_revision()}" in done.stdout


def create(data_dir: Path, email: str, *options: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    return run(data_dir, "users", "create", email, "--name", "Ana Lima", *options, typed=f"{password}\n{password}\n")


def test_users_are_created_listed_and_given_a_new_password(data_dir: Path) -> None:
    made = create(data_dir, "Ana@provedor.example", "--role", "supervisor")
    assert made.returncode == 0, made.stderr
    assert "(supervisor)" in made.stdout
    listed = run(data_dir, "users", "list")
    [line] = [line for line in listed.stdout.splitlines() if "ana@" in line.lower()]
    assert "Ana Lima" in line
    assert "supervisor" in line
    renewed = "Outra-Senha-456"
    reset = run(data_dir, "users", "reset-password", "ana@provedor.example", typed=f"{renewed}\n{renewed}\n")
    assert reset.returncode == 0, reset.stderr
    for shown in (made, listed, reset):
        assert PASSWORD not in shown.stdout + shown.stderr
        assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("email", "options", "password"),
    [
        ("not an address", (), PASSWORD),
        ("b@provedor.example", ("--role", "king"), PASSWORD),
        ("c@provedor.example", (), "123"),
    ],
)
def test_a_user_who_cannot_be_is_refused_in_one_line(
    data_dir: Path, email: str, options: tuple[str, ...], password: str
) -> None:
    done = create(data_dir, email, *options, password=password)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("plantao: ")
    assert "Traceback" not in done.stderr


def test_the_same_address_twice_and_an_unknown_one_are_refused(data_dir: Path) -> None:
    assert create(data_dir, "dora@provedor.example").returncode == 0
    assert create(data_dir, "DORA@provedor.example").returncode == 1
    unknown = run(data_dir, "users", "reset-password", "nobody@provedor.example", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert unknown.returncode == 1
    assert "Traceback" not in unknown.stderr
    for email, reason in [("nobody@provedor.example", "não encontrado"), ("dora@provedor.example", "não está ativa")]:
        refused = run(data_dir, "users", "reset-second-factor", email)
        assert (refused.returncode, reason in refused.stderr) == (1, True)


RECEIVE = """
    INSERT INTO webhook_ledger (received_at, body, materialised_at) VALUES (now(), 'x', now()) RETURNING id
"""
PARK = """
    INSERT INTO webhook_parked_items (ledger_id, path, reason, raw, parked_at)
    VALUES ({}, 'entry[0]', 'because', 'private', now())
"""


def test_the_ledger_is_listed_and_replayed(data_dir: Path) -> None:
    assert run(data_dir, "migrate").returncode == 0
    with EmbeddedPostgres(data_dir / "postgres") as server:
        url = server.url()
        first, second = query(url, RECEIVE), query(url, RECEIVE)
        query(url, PARK.format(first))
    listed = run(data_dir, "ledger", "list")
    assert "because" in listed.stdout
    assert "private" not in listed.stdout
    assert "0 received but not yet materialised; 1 parked shown" in listed.stdout
    assert "1 ledger rows" in run(data_dir, "ledger", "replay").stdout
    assert "1 received but not yet materialised; 0 parked shown" in run(data_dir, "ledger", "list").stdout
    assert "1 ledger rows" in run(data_dir, "ledger", "replay", str(second)).stdout
    assert "2 received" in run(data_dir, "ledger", "list").stdout
    assert "0 ledger rows" in run(data_dir, "ledger", "replay").stdout


def test_the_doctor_finds_what_is_wrong(data_dir: Path, tmp_path: Path, free_port: int) -> None:
    assert run(data_dir, "migrate").returncode == 0
    bare = run(data_dir, "doctor")
    assert bare.returncode == 1
    assert "wrong  settings: PLANTAO_WHATSAPP_PHONE_NUMBER_ID: is required" in bare.stdout
    assert "ok  database: answers" in bare.stdout
    away = {"WHATSAPP_GRAPH_URL": f"http://127.0.0.1:{free_port}", **COMPLETE}
    found = run(data_dir, "doctor", **away)
    assert found.returncode == 1
    assert "ok  settings" in found.stdout
    assert "wrong  whatsapp" in found.stdout
    url = f"postgresql://nobody:hidden@127.0.0.1:{free_port}/none"
    lost = run(tmp_path, "doctor", DATABASE_URL=url)
    assert lost.returncode == 1
    assert "wrong  database: does not answer" in lost.stdout
    assert "hidden" not in lost.stdout + lost.stderr


def test_a_subscription_needs_an_account_and_an_address_that_meta_takes(data_dir: Path, free_port: int) -> None:
    bare = run(data_dir, "whatsapp", "subscribe", **COMPLETE)
    assert (bare.returncode, bare.stderr) == (1, "plantao: PLANTAO_WHATSAPP_BUSINESS_ACCOUNT_ID is not set\n")
    away = {"WHATSAPP_GRAPH_URL": f"http://127.0.0.1:{free_port}", "WHATSAPP_BUSINESS_ACCOUNT_ID": "1", **COMPLETE}
    refused = run(data_dir, "whatsapp", "subscribe", **away)
    assert refused.returncode == 1
    assert refused.stderr.startswith("plantao: Meta refused: ConnectError")
    for address in ("http://x.example/hook", "https://x.example/" + "x" * 200):
        wrong = run(data_dir, "whatsapp", "subscribe", "--callback-url", address, **away)
        assert (wrong.returncode, "at most 200 characters" in wrong.stderr) == (2, True)


def test_the_doctor_sees_a_database_that_was_never_migrated(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir / "postgres") as server:
        query(server.url(), "CREATE DATABASE fresh")
        url = server.url("fresh").replace("+asyncpg", "")
    found = run(data_dir, "doctor", DATABASE_URL=url)
    assert found.returncode == 1
    assert "run plantao migrate" in found.stdout


@pytest.mark.parametrize("driver", drivers())
def test_users_live_in_a_sql_server_of_their_own(data_dir: Path, empty_sql_server: TdsServer, driver: str) -> None:
    auth = {"AUTH_DATABASE_URL": empty_sql_server.url(driver)}
    assert run(data_dir, "migrate", **auth).returncode == 0
    made = run(
        data_dir, "users", "create", "ana@provedor.example", "--name", "Ana", typed=f"{PASSWORD}\n{PASSWORD}\n", **auth
    )
    assert made.returncode == 0, made.stderr
    assert "ana@provedor.example" in run(data_dir, "users", "list", **auth).stdout
    assert "ana@provedor.example" not in run(data_dir, "users", "list").stdout
    found = run(data_dir, "doctor", **auth).stdout
    assert "ok  users' database: SQL Server 16." in found
    assert "revision 0001" in found


def test_the_doctor_says_what_is_wrong_with_the_users_database(data_dir: Path, empty_sql_server: TdsServer) -> None:
    url = empty_sql_server.url("pymssql")
    wrong = re.sub(r":[^:@/]+@", ":hidden-guess@", url)
    assert "hidden-guess" in wrong
    found = run(data_dir, "doctor", AUTH_DATABASE_URL=wrong)
    assert "wrong  users' database: does not answer" in found.stdout
    assert "hidden-guess" not in found.stdout + found.stderr
    assert "Traceback" not in found.stderr
    started = run(data_dir, "serve", AUTH_DATABASE_URL="mssql+odbc://h/d", **COMPLETE)
    assert (started.returncode, started.stderr.startswith("plantao: PLANTAO_AUTH_DATABASE_URL: ")) == (2, True)


def test_a_users_database_that_is_away_is_one_line(data_dir: Path, free_port: int) -> None:
    for driver in drivers():
        url = f"mssql+{driver}://sa:hidden@127.0.0.1:{free_port}/auth"
        # Microsoft's driver asks a closed port again and again for the whole time that it has.
        for command in (("serve",), ("users", "list"), ("migrate",))[:: 3 if driver == "mssqlpython" else 1]:
            done = run(data_dir, *command, AUTH_DATABASE_URL=url, **COMPLETE)
            assert done.returncode == 1
            assert done.stderr.splitlines()[-1] == "plantao: the users' database does not answer"
            assert "hidden" not in done.stdout + done.stderr
            assert "Traceback" not in done.stderr


def test_help_names_every_command(data_dir: Path) -> None:
    shown = run(data_dir, "--help").stdout
    for command in ("serve", "worker", "demo", "migrate", "simulator", "doctor", "users", "ledger", "whatsapp"):
        assert command in shown
