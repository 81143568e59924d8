"""What is offered for tapping is understood when it is tapped."""

import pytest
from tests.chatbot.test_turns import offline
from tests.whatsapp.test_compose import drafted

from plantao.chatbot.engine import Context, Intent, Line, Reply
from plantao.chatbot.menu import TOPICS, draft_of
from plantao.conversations.models import MessageType
from plantao.whatsapp.compose import check_draft

UNSURE = Reply("Não entendi.", Intent.OUT_OF_SCOPE, 0.2)


@pytest.mark.parametrize("intent", TOPICS)
async def test_each_topic_is_understood_from_its_title(intent: Intent) -> None:
    lines = [Line(True, "asdf"), Line(False, UNSURE.response), Line(True, TOPICS[intent])]
    assert (await offline().reply(lines, Context("20260201-000123"))).intent is intent


def test_the_list_is_one_that_whatsapp_takes() -> None:
    draft = draft_of(UNSURE, UNSURE.response, transfer=False)
    check_draft(draft)
    assert draft.type is MessageType.INTERACTIVE
    assert draft.payload is not None
    body = {"type": "interactive", "content": UNSURE.response, "interactive": draft.payload}
    kept = drafted(body).payload
    assert kept is not None
    rows = kept["sections"][0]["rows"]
    assert [row["title"] for row in rows] == list(TOPICS.values())


@pytest.mark.parametrize(
    ("reply", "text", "transfer"),
    [
        (Reply("Olá!", Intent.GREETING, 0.9), "Olá!", False),
        (UNSURE, "Vou chamar alguém.", True),
        (UNSURE, "x" * 1025, False),
    ],
)
def test_no_list_where_it_would_not_help(reply: Reply, text: str, transfer: bool) -> None:
    draft = draft_of(reply, text, transfer=transfer)
    assert (draft.type, draft.content, draft.payload) == (MessageType.TEXT, text, None)
