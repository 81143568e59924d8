"""The engine that needs nobody: rules and prepared answers. The default, and the fallback of any other."""

import hashlib
from collections.abc import Sequence

from plantao.chatbot.answers import ACTIONS, ANSWERS, ASKED_BACK, FOLLOW_UP, HAND_OVER, UNREADABLE, fill
from plantao.chatbot.engine import Context, Intent, Line, Reply
from plantao.chatbot.policy import ALWAYS_TRANSFERRED, SURE, UNSURE_TURNS
from plantao.chatbot.rules import classify


class OfflineEngine:
    name = "offline"

    async def reply(self, lines: Sequence[Line], context: Context) -> Reply:
        burst = _last_burst(lines)
        text = "\n".join(line.text for line in burst if line.text)
        if not text:
            # A photo or a voice note alone: nothing that this engine could read.
            return Reply(_say(UNREADABLE, context), Intent.OUT_OF_SCOPE, 0.0, should_transfer=True)
        intent, confidence = classify(text)
        if confidence < SURE and (topic := _topic(lines[: -len(burst)])) is not None:
            # An answer to the question that we asked: what comes next needs eyes on the customer's line or account.
            return Reply(_say(FOLLOW_UP, context), topic, SURE, should_transfer=True)
        if confidence < SURE and context.unsure_count + 1 >= UNSURE_TURNS:
            return Reply(_say(HAND_OVER, context), intent, confidence, should_transfer=True)
        response = _say(_variant(ANSWERS[intent], context.protocol, len(lines)), context)
        return Reply(response, intent, confidence, intent in ALWAYS_TRANSFERRED, list(ACTIONS.get(intent, [])))


def _last_burst(lines: Sequence[Line]) -> list[Line]:
    """What the customer wrote since we last said something."""
    burst: list[Line] = []
    for line in reversed(lines):
        if not line.from_customer:
            break
        burst.append(line)
    return burst[::-1]


def _topic(earlier: Sequence[Line]) -> Intent | None:
    """What the customer last wrote about, if we asked something about it."""
    said = [line.text for line in earlier if line.from_customer and line.text]
    intent = classify(said[-1])[0] if said else Intent.OUT_OF_SCOPE
    return intent if intent in ASKED_BACK else None


def _variant(answers: Sequence[str], protocol: str, turn: int) -> str:
    """Varies between conversations and turns, the same for the same: a turn that is computed again says the same."""
    digest = hashlib.sha256(f"{protocol}/{turn}".encode()).digest()
    return answers[digest[0] % len(answers)]


def _say(template: str, context: Context) -> str:
    return fill(template, name=context.customer_name, protocol=context.protocol)
