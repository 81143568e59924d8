"""`plantao`: every command."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import structlog
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from plantao.identity.repository.store import StoreUnavailable
from plantao.kit.db import is_transient
from plantao.kit.errors import AppError
from plantao.kit.log import configure_logging
from plantao.kit.postgres import PostgresError
from plantao.settings import (
    Settings,
    SettingsError,
    read_settings,
    require_for_serving,
)

T = TypeVar("T")
log = structlog.get_logger(__name__)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
users = typer.Typer(no_args_is_help=True, help="Users of the service desk.")
ledger = typer.Typer(no_args_is_help=True, help="What Meta sent, as it came.")
app.add_typer(users, name="users")
app.add_typer(ledger, name="ledger")
bot = typer.Typer(no_args_is_help=True, help="What the offline chatbot understands.")
app.add_typer(bot, name="bot")
whatsapp = typer.Typer(no_args_is_help=True, help="Our account at Meta.")
app.add_typer(whatsapp, name="whatsapp")
console = Console()

MISCONFIGURED = 2
MAX_CALLBACK = 200  # Meta's limit


@app.command()
def serve() -> None:
    """Serve the API and work in the background: one process is a whole system."""
    settings = _serving_settings()
    from plantao import runtime  # later, for it takes seconds: what is wrong with the settings is said at once

    listener = runtime.listen(settings)
    with runtime.stopping_on_signals(), runtime.database_url(settings) as url:
        runtime.run_server(settings, url, listener)


@app.command()
def worker() -> None:
    """Work in the background only, beside other processes on the same database."""
    settings = _serving_settings()
    from plantao import runtime

    if settings.redis_url is None:
        log.warning("worker_without_redis", effect="sockets of other processes hear late of what this one does")
    with runtime.stopping_on_signals(), runtime.database_url(settings) as url:
        runtime.run_worker(settings, url)


@app.command()
def demo() -> None:
    """Show everything on this machine: a small provider, a stand-in for Meta and the customers' phones."""
    from plantao import demo as demonstration

    demonstration.run()


@app.command()
def migrate() -> None:
    """Bring the database to the present schema."""
    from plantao.databases import migrate_all
    from plantao.kit.migrations import newest_revision

    settings = _settings()
    _with_database(settings, lambda url: migrate_all(settings, url))
    console.print(f"database is at revision {newest_revision()}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def simulator(context: typer.Context) -> None:
    """Run the stand-in for Meta alone, with the phone page. Takes its flags: `--scenario storm`, `--number id=...`."""
    settings = _settings()
    command = [sys.executable, "-m", "plantao_simulator", "--port", str(settings.simulator_port), *context.args]
    os.execv(sys.executable, command)  # noqa: S606 - our own module, in place of this process


@app.command()
def doctor() -> None:
    """Check the settings, the database and Meta; say what is wrong."""
    from plantao.diagnosis import diagnose

    settings = _settings()
    findings = _with_database(settings, lambda url: diagnose(settings, url))
    for finding in findings:
        mark = "[green]ok[/]" if finding.ok else "[red]wrong[/]"
        console.print(f"{mark:>8}  {finding.subject}: {finding.detail}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@users.command("create")
def create_user(
    email: str,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[str, typer.Option(help="admin, supervisor, atendente or user.")] = "atendente",
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Create a user."""
    from plantao.administration import create

    settings = _settings()
    created = _with_database(settings, lambda url: create(settings, url, email, password, name, role))
    console.print(f"created user {created.id}: {created.email} ({created.role})")


@users.command("list")
def list_users() -> None:
    """List all users."""
    from plantao.administration import everybody

    settings = _settings()
    table = Table("id", "e-mail", "name", "role", "active")
    for user in _with_database(settings, lambda url: everybody(settings, url)):
        table.add_row(str(user.id), user.email, user.name, user.role, "yes" if user.is_active else "no")
    console.print(table)


@users.command("reset-password")
def reset_password(
    email: str,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Set a user's password; all of the user's sessions end."""
    from plantao.administration import reset

    settings = _settings()
    _with_database(settings, lambda url: reset(settings, url, email, password))
    console.print(f"new password set for {email}; all sessions ended")


@users.command("reset-second-factor")
def reset_second_factor(email: str) -> None:
    """Remove the second factor of somebody who has lost it; all sessions end."""
    from plantao.administration import reset_second_factor as reset

    settings = _settings()
    _with_database(settings, lambda url: reset(settings, url, email))
    console.print(f"second factor of {email} removed; all sessions ended")


@ledger.command("list")
def list_ledger(limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50) -> None:
    """List what was put aside because it could not be read or stored, and how much waits."""
    from plantao.administration import ledger_state

    pending, parked = _with_database(_settings(), lambda url: ledger_state(url, limit))
    table = Table("ledger row", "received", "item", "reason")
    for item in parked:
        table.add_row(str(item.ledger_id), f"{item.received_at:%Y-%m-%d %H:%M:%S}Z", item.path or "(body)", item.reason)
    console.print(table)
    console.print(f"{pending} received but not yet materialised; {len(parked)} parked shown")


@ledger.command("replay")
def replay_ledger(
    rows: Annotated[list[int] | None, typer.Argument(help="Ledger rows; without any, all with parked items.")] = None,
) -> None:
    """Read ledger rows again. What was stored before is recognised, so this never doubles anything."""
    from plantao.administration import replay

    count = _with_database(_settings(), lambda url: replay(url, rows or None))
    console.print(f"{count} ledger rows will be materialised again by the running workers")


@bot.command("eval")
def evaluate_bot(
    file: Annotated[Path | None, typer.Option(help="Sentences by intent; else the shipped ones.")] = None,
) -> None:
    """Measure the chatbot on sentences that it did not learn from."""
    from plantao.chatbot.choice import evaluate_offline
    from plantao.chatbot.report import print_report

    print_report(console, evaluate_offline(_settings(), file))


@bot.command("intents")
def print_intents() -> None:
    """Print the shipped examples, to be copied into the data directory and changed there."""
    from plantao.chatbot.intents_file import shipped

    typer.echo(shipped(), nl=False)


@whatsapp.command("subscribe")
def subscribe_whatsapp(
    callback_url: Annotated[
        str | None, typer.Option(help="Send this account's webhooks here, rather than to the app's own address.")
    ] = None,
) -> None:
    """Let our app hear of the business account: without it no message comes."""
    from plantao.administration import subscribe
    from plantao.whatsapp.graph.errors import GraphFailure

    if callback_url is not None and (not callback_url.startswith("https://") or len(callback_url) > MAX_CALLBACK):
        raise typer.BadParameter(f"an https address of at most {MAX_CALLBACK} characters", param_hint="--callback-url")
    settings = _serving_settings()
    try:
        accounts = asyncio.run(subscribe(settings, callback_url))
    except GraphFailure as failure:
        typer.echo(f"plantao: Meta refused: {failure}", err=True)
        raise typer.Exit(1) from None
    console.print(f"subscribed to {', '.join(accounts)}")


def _settings() -> Settings:
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    return settings


def _serving_settings() -> Settings:
    settings = _settings()
    require_for_serving(settings)
    return settings


def _with_database(settings: Settings, work: Callable[[str], Awaitable[T]]) -> T:
    from plantao import runtime

    async def run(url: str) -> T:
        return await work(url)

    with runtime.database_url(settings) as url:
        return asyncio.run(run(url))


def main() -> None:
    """The entry point: errors that a person can mend are one line, without a traceback."""
    try:
        app()
    except SettingsError as error:
        typer.echo(f"plantao: {error}", err=True)
        sys.exit(MISCONFIGURED)
    except StoreUnavailable:
        typer.echo("plantao: the users' database does not answer", err=True)
        sys.exit(1)
    except (PostgresError, AppError) as error:
        typer.echo(f"plantao: {error}", err=True)
        sys.exit(1)
    except (OSError, DBAPIError) as error:
        if not is_transient(error):
            raise
        typer.echo(f"plantao: the database does not answer: {getattr(error, 'orig', error)}", err=True)
        sys.exit(1)
