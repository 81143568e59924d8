"""The better engine first, and the one that needs nobody whenever it fails, is slow, is blocked or rests."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from plantao.chatbot.engine import Context, Engine, Line, Reply, last_burst
from plantao.chatbot.failures import CircuitBreaker, EngineFailure
from plantao.chatbot.rules import hard_intent
from plantao.kit import metrics

log = structlog.get_logger(__name__)


class FallbackEngine:
    """Always answers, as long as `fallback` does. `Reply.engine` tells who did."""

    def __init__(self, primary: Engine, fallback: Engine, breaker: CircuitBreaker | None = None) -> None:
        self.name = primary.name
        self._primary = primary
        self._fallback = fallback
        self._breaker = breaker or CircuitBreaker()

    async def reply(self, lines: Sequence[Line], context: Context) -> Reply:
        try:
            return _with_hard_words(await self._ask(lines, context), lines)
        except EngineFailure as failure:
            metrics.CHATBOT_FALLBACKS.labels(self.name, failure.reason).inc()
            return await self._fallback.reply(lines, context)

    async def aclose(self) -> None:
        await self._primary.aclose()
        await self._fallback.aclose()

    async def _ask(self, lines: Sequence[Line], context: Context) -> Reply:
        if not any(line.text for line in last_burst(lines)):
            raise EngineFailure("unreadable", counts=False)
        if not self._breaker.allows():
            raise EngineFailure("circuit_open")
        try:
            reply = await self._primary.reply(lines, context)
        except EngineFailure as failure:
            log.warning("engine_fell_back", engine=self.name, reason=failure.reason, pause=failure.pause)
            self._breaker.failed(failure)
            raise
        except Exception:
            log.exception("engine_failed", engine=self.name)
            defect = EngineFailure("defect")
            self._breaker.failed(defect)
            raise defect from None
        self._breaker.succeeded()
        return reply


def _with_hard_words(reply: Reply, lines: Sequence[Line]) -> Reply:
    """Who asks for a person, ends a contract or names the law gets a person, whatever a model makes of it."""
    hard = hard_intent("\n".join(line.text for line in last_burst(lines)))
    return reply if hard is None else replace(reply, intent=hard, should_transfer=True)
