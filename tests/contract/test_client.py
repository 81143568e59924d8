"""A stranger with only the document: a client is made from it by a tool, and used."""

import asyncio
import importlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.stories.file_samples import served_conversation
from tests.stories.harness import PASSWORD, System

from plantao.identity.models import Role

PACKAGE = "plantao_client"  # made in the test; nothing is known of its types


async def make_client(url: str, directory: Path) -> None:
    """Fails on any warning: nothing of the document was left out."""
    config = directory / "config.yaml"
    config.write_text("post_hooks: []\n")  # formatters of code that nobody reads
    made = directory / PACKAGE
    options = ["--meta", "none", "--fail-on-warning", "--config", str(config), "--output-path", str(made)]
    command = [str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--url", f"{url}/openapi.json"]
    process = await asyncio.create_subprocess_exec(
        *command, *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


class Made:
    """The modules of the client, by their last name."""

    def api(self, path: str) -> Any:
        return importlib.import_module(f"{PACKAGE}.api.{path}")

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(f"{PACKAGE}.models"), name)

    def client(self, url: str, token: str | None = None) -> Any:
        module = importlib.import_module(PACKAGE)
        options = {"base_url": url, "raise_on_unexpected_status": True, "httpx_args": {"trust_env": False}}
        return module.AuthenticatedClient(**options, token=token) if token else module.Client(**options)


@pytest.fixture
async def made(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Made]:
    await make_client(system.url, tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Made()
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


async def test_a_made_client_logs_in_lists_sends_and_reads_an_error(system: System, made: Made) -> None:
    maria = await system.person(Role.ATTENDANT)
    conversation_id = await served_conversation(system, maria)
    async with made.client(system.url) as stranger:
        log_in = made.api("auth.log_in").asyncio
        refused = await log_in(client=stranger, body=made.LogInBody(email="maria@provedor.example", password="errada"))
        assert isinstance(refused, made.ErrorBody)
        assert refused.error_code is made.ErrorCode.INVALID_CREDENTIALS
        entered = await log_in(client=stranger, body=made.LogInBody(email="maria@provedor.example", password=PASSWORD))
        assert (entered.user.nome, entered.user.role) == ("Maria Silva", made.Role.ATENDENTE)

    async with made.client(system.url, entered.access_token) as console:
        page = await made.api("conversations.list_conversations").asyncio(
            client=console, status=made.ConversationStatus.IN_PROGRESS
        )
        assert [(one.id, one.assigned_to) for one in page.conversations] == [(UUID(conversation_id), maria.id)]
        send = made.api("conversations.send_message").asyncio
        sent = await send(UUID(conversation_id), client=console, body=made.MessageInput(content="Olá, aqui é a Maria."))
        assert (sent.content, sent.status, sent.sent_by_id) == (
            "Olá, aqui é a Maria.",
            made.MessageStatus.QUEUED,
            maria.id,
        )
        wrong = await send(UUID(conversation_id), client=console, body=made.MessageInput(content=" "))
        assert (wrong.error_code, wrong.field) == (made.ErrorCode.VALIDATION_ERROR, "content")
        assert wrong.detail == "Escreva a mensagem."
    accepted = await system.sim.wait_for_send(lambda send: send.payload["text"]["body"] == "Olá, aqui é a Maria.")
    assert accepted.payload["to"] == "+5511999999999"
