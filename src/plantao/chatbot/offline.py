"""The engine that needs nobody: a small classifier and prepared answers. The default, and every other's fallback."""

import hashlib
from collections.abc import Sequence

from plantao.chatbot.answers import ACTIONS, ANSWERS, ASKED_BACK, FOLLOW_UP, HAND_OVER, UNREADABLE, fill
from plantao.chatbot.engine import Context, Intent, Line, Reply, last_burst
from plantao.chatbot.features import normalise
from plantao.chatbot.knowledge import Mind
from plantao.chatbot.manner import own_answer, with_link
from plantao.chatbot.policy import ALWAYS_TRANSFERRED, UNSURE_TURNS


class OfflineEngine:
    name = "offline"

    def __init__(self, mind: Mind) -> None:
        self._mind = mind

    async def reply(self, lines: Sequence[Line], context: Context) -> Reply:
        burst = last_burst(lines)
        text = _text(burst)
        if not text:
            # A photo or a voice note alone: nothing that this engine could read.
            return Reply(_pick(UNREADABLE, context, lines), Intent.OUT_OF_SCOPE, 0.0, should_transfer=True)
        intent, confidence = self._mind.knowledge.understanding.classify(text)
        sure = self._mind.manner.confidence_threshold
        asked = _text(_asked_before(lines[: len(lines) - len(burst)]))
        topic = self._topic(asked)
        if topic is not None and (confidence < sure or (intent is topic and normalise(text) != normalise(asked))):
            # An answer to the question that we asked: what comes next needs eyes on the customer's line or account.
            actions = list(ACTIONS.get(topic, []))
            return Reply(_pick(FOLLOW_UP, context, lines), topic, max(confidence, sure), True, actions)
        if confidence < sure:
            return self._unsure(confidence, context, lines)
        transfer, actions = intent in ALWAYS_TRANSFERRED, list(ACTIONS.get(intent, []))
        return Reply(self._answer(intent, context, lines), intent, confidence, transfer, actions)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _topic(self, asked: str) -> Intent | None:
        """What `asked` is about, if we asked something back about it."""
        mind = self._mind
        intent, confidence = mind.knowledge.understanding.classify(asked) if asked else (Intent.OUT_OF_SCOPE, 0.0)
        return intent if confidence >= mind.manner.confidence_threshold and intent in ASKED_BACK else None

    def _unsure(self, confidence: float, context: Context, lines: Sequence[Line]) -> Reply:
        if context.unsure_count + 1 >= UNSURE_TURNS:
            return Reply(_pick(HAND_OVER, context, lines), Intent.OUT_OF_SCOPE, confidence, should_transfer=True)
        return Reply(self._answer(Intent.OUT_OF_SCOPE, context, lines), Intent.OUT_OF_SCOPE, confidence)

    def _answer(self, intent: Intent, context: Context, lines: Sequence[Line]) -> str:
        manner = self._mind.manner
        said = own_answer(manner, intent, context) or _pick(ANSWERS[intent], context, lines, manner.provider_name)
        return with_link(manner, intent, said)


def _asked_before(earlier: Sequence[Line]) -> list[Line]:
    """What the customer wrote before we last said something."""
    said = list(earlier)
    while said and not said[-1].from_customer:
        said.pop()
    return last_burst(said)


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines if line.text)


def _pick(answers: Sequence[str], context: Context, lines: Sequence[Line], provider: str = "") -> str:
    """Varies between conversations and turns, the same for the same: a turn that is computed again says the same."""
    digest = hashlib.sha256(f"{context.protocol}/{len(lines)}".encode()).digest()
    template = answers[digest[0] % len(answers)]
    return fill(template, name=context.customer_name, plan=context.customer_plan, provider=provider)
