"""Starts everything on loopback, tells where to look, and stops it in order."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import structlog
import uvloop
from rich.console import Console
from rich.panel import Panel

from plantao.app import build_parts, create_asgi
from plantao.demo.script import ADMIN_EMAIL, ADMIN_PASSWORD, GREETING, STAFF, STAFF_PASSWORD, STORIES
from plantao.demo.seed import seed
from plantao.identity.accounts import Accounts
from plantao.kit.clock import SystemClock
from plantao.kit.http.server import build_server, connections_bound
from plantao.kit.log import configure_logging
from plantao.kit.migrations import migrate
from plantao.runtime import create_first_admin, database_url, listen, stopping_on_signals
from plantao.settings import PREFIX, Settings, SettingsError, read_settings

log = structlog.get_logger(__name__)

LOOPBACK = "127.0.0.1"
PHONE_NUMBER_ID, BUSINESS_ACCOUNT_ID = "106540352242922", "102290129340398"
SIMULATOR_SECONDS = 15.0  # for the stand-in to answer


def run() -> None:
    """Until Ctrl-C. Listens on loopback only, whatever the settings say: its passwords are printed on the screen."""
    given = read_settings()
    configure_logging("WARNING" if given.log_level == "INFO" else given.log_level, "console")
    settings = _demo_settings(given)
    listener = listen(settings)
    with (
        stopping_on_signals(),
        _simulator(settings, listener.getsockname()[1]),
        database_url(settings) as url,
    ):
        uvloop.run(_serve(settings, url, listener))


def _demo_settings(given: Settings) -> Settings:
    return read_settings(
        host=LOOPBACK,
        port=given.port,
        data_dir=given.data_dir / "demo",
        database_url=None,
        redis_url=None,
        jwt_secret=secrets.token_hex(32),
        admin_email=ADMIN_EMAIL,
        admin_password=ADMIN_PASSWORD,
        whatsapp_graph_url=f"http://{LOOPBACK}:{given.simulator_port}",
        whatsapp_phone_number_id=PHONE_NUMBER_ID,
        whatsapp_business_account_id=BUSINESS_ACCOUNT_ID,
        whatsapp_access_token=secrets.token_hex(16),
        whatsapp_app_secret=secrets.token_hex(16),
        whatsapp_verify_token=secrets.token_hex(16),
    )


@contextmanager
def _simulator(settings: Settings, port: int) -> Iterator[None]:
    """The stand-in for Meta, as the separate program that it is."""
    options = {
        "--port": str(settings.simulator_port),
        "--webhook-url": f"http://{LOOPBACK}:{port}/api/v1/whatsapp/webhook",
        "--phone-number-id": PHONE_NUMBER_ID,
        "--business-account-id": BUSINESS_ACCOUNT_ID,
    }
    arguments = [part for option in options.items() for part in option]
    environment = {f"{PREFIX}WHATSAPP_{name}": value for name, value in _secrets(settings).items()}
    command = [sys.executable, "-m", "plantao_simulator", *arguments]
    # In a session of its own: Ctrl-C reaches us, and we end it, after what it still has to receive.
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _await_simulator(process, settings.simulator_port)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _secrets(settings: Settings) -> dict[str, str]:
    token, verify = settings.whatsapp_access_token, settings.whatsapp_verify_token
    return {
        "ACCESS_TOKEN": token.get_secret_value() if token else "",
        "APP_SECRET": settings.whatsapp_app_secret[0].get_secret_value(),
        "VERIFY_TOKEN": verify.get_secret_value() if verify else "",
    }


def _await_simulator(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + SIMULATOR_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SettingsError(f"{PREFIX}SIMULATOR_PORT: the simulator did not start on {LOOPBACK}:{port}")


async def _serve(settings: Settings, url: str, listener: socket.socket) -> None:
    await migrate(url)
    parts = build_parts(settings, url)
    await create_first_admin(settings, parts.store, waive_password_rule=True)
    clock = SystemClock()
    await seed(parts.database, Accounts(parts.store, clock, parts.hasher), parts.rules, clock.now())
    server = build_server(create_asgi(parts), limit_concurrency=connections_bound(settings.max_connections))
    introduction = asyncio.create_task(_introduce(settings, listener.getsockname()[1]))
    await server.serve(sockets=[listener])
    introduction.cancel()


async def _introduce(settings: Settings, port: int) -> None:
    """Brings the customers to their phones, lets one of them write, and tells the person where to look."""
    async with httpx2.AsyncClient(base_url=f"http://{LOOPBACK}:{settings.simulator_port}", trust_env=False) as phones:
        ids = [await _add_customer(phones, story.customer, story.phone, story.bsuid) for story in STORIES]
        greeting = {"type": "text", "text": GREETING}
        (await phones.post(f"/_sim/customers/{ids[0]}/messages", json=greeting)).raise_for_status()
    _print_introduction(port, settings.simulator_port, settings.data_dir)


async def _add_customer(phones: httpx2.AsyncClient, name: str, phone: str, bsuid: str) -> str:
    answer = await phones.post("/_sim/customers", json={"name": name, "phone": phone, "user_id": bsuid})
    answer.raise_for_status()
    customer_id: str = answer.json()["id"]
    return customer_id


def _print_introduction(port: int, simulator_port: int, data_dir: Path) -> None:
    people = "\n".join(f"  {email:<26} {STAFF_PASSWORD:<12} {role}" for email, _, role in STAFF)
    Console().print(
        Panel(
            f"[bold]The console[/]            http://{LOOPBACK}:{port}\n"
            f"[bold]The customers' phones[/]  http://{LOOPBACK}:{simulator_port}\n"
            f"[bold]The API[/]                http://{LOOPBACK}:{port}/api/v1\n"
            f"[bold]Live events[/]            ws://{LOOPBACK}:{port}/ws/chat?token=…\n\n"
            "[bold]Log-ins[/]\n"
            f"  {ADMIN_EMAIL:<26} {ADMIN_PASSWORD:<12} admin\n{people}\n\n"
            "Log in to the console as maria, open a phone and write “Minha internet está lenta”: the bot answers.\n"
            "“Quero um atendente” puts the customer in the queue, and the first agent who is there gets the\n"
            "conversation.\n"
            f"Data in {data_dir}. Ctrl-C stops everything.",
            title="[bold yellow]PLANTÃO DEMO: public passwords, this machine only[/]",
            expand=False,
        )
    )
