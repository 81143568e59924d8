"""Google's Gemini as an engine. Importing this takes most of a second, so it is done only when a key is set.

One question, one answer or an `EngineFailure`, within `deadline` seconds, retries included.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Annotated

import httpx2
import structlog
from google import genai
from google.genai import errors, types
from pydantic import BaseModel, Field, ValidationError

from plantao.chatbot.engine import Context, Intent, Line, Reply
from plantao.chatbot.failures import EngineFailure
from plantao.chatbot.prompt import ALLOWED_ACTIONS, SCHEMA, SYSTEM, turns
from plantao.chatbot.speech import objection
from plantao.kit import metrics

log = structlog.get_logger(__name__)

DEADLINE = 12.0  # seconds for everything; a bot's turn is given up after 30
ATTEMPTS = 3
BACKOFF = 0.4  # seconds, doubled at each attempt
REST = 600.0  # seconds after a refusal that only an administrator can mend
RETRYABLE = frozenset({408, 429, 499, 500, 502, 503, 504})
MAX_OUTPUT_TOKENS = 1024  # the model's thoughts are among them
# Only what is most likely harmful is blocked: angry customers swear, and their words need an answer.
_SAFETY = [
    types.SafetySetting(category=category, threshold=types.HarmBlockThreshold.BLOCK_ONLY_HIGH)
    for category in (
        types.HarmCategory.HARM_CATEGORY_HARASSMENT,
        types.HarmCategory.HARM_CATEGORY_HATE_SPEECH,
        types.HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT,
        types.HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT,
    )
]
_DELAY = re.compile(r"(\d+(?:\.\d+)?)s")
_REFUSALS = {401: "key", 402: "credit", 403: "key", 404: "model"}


class Answer(BaseModel):
    """What the model may say: a text, and choices from our own lists."""

    resposta: str
    intencao: Intent
    confianca: Annotated[float, Field(ge=0, le=1)]
    transferir: bool
    acoes: list[str] = Field(max_length=20)


class GeminiEngine:
    name = "gemini"

    def __init__(self, api_key: str, model: str, base_url: str, *, deadline: float = DEADLINE) -> None:
        self._model = model
        self._deadline = deadline
        # Retries are ours: the SDK's know neither our deadline nor the server's RetryInfo.
        options = types.HttpOptions(base_url=base_url, timeout=int(deadline * 1000))
        self._client = genai.Client(api_key=api_key, vertexai=False, http_options=options)
        self._config = types.GenerateContentConfig(
            system_instruction=SYSTEM,
            temperature=0.2,
            max_output_tokens=MAX_OUTPUT_TOKENS,
            response_mime_type="application/json",
            response_json_schema=SCHEMA,
            safety_settings=_SAFETY,
            thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW),
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )

    async def reply(self, lines: Sequence[Line], context: Context) -> Reply:
        """Raises `EngineFailure`."""
        said = turns(lines, context)
        contents: list[types.ContentUnion] = [
            types.Content(role=role, parts=[types.Part(text=text)]) for role, text in said
        ]
        try:
            async with asyncio.timeout(self._deadline) as limit:
                response = await self._ask(contents, limit)
        except TimeoutError:
            raise EngineFailure("slow") from None
        _count_tokens(response.usage_metadata)
        return _reply(_read(response))

    async def aclose(self) -> None:
        await self._client.aio.aclose()

    async def _ask(self, contents: list[types.ContentUnion], limit: asyncio.Timeout) -> types.GenerateContentResponse:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._ask_once(contents)
            except EngineFailure as failure:
                if failure.retry_after is None or attempt == ATTEMPTS:
                    raise
                wait = max(failure.retry_after, BACKOFF * 2 ** (attempt - 1))
                if asyncio.get_running_loop().time() + wait >= (limit.when() or 0):
                    raise EngineFailure(failure.reason, pause=failure.retry_after) from None
            await asyncio.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _ask_once(self, contents: list[types.ContentUnion]) -> types.GenerateContentResponse:
        try:
            return await self._client.aio.models.generate_content(
                model=self._model, contents=contents, config=self._config
            )
        except errors.APIError as error:
            raise self._refused(error) from None
        except httpx2.TimeoutException:
            raise EngineFailure("slow") from None
        except httpx2.HTTPError:
            raise EngineFailure("unreachable", retry_after=0) from None
        except ValueError:  # the SDK's and pydantic's errors about a body that is no answer
            raise EngineFailure("malformed") from None

    def _refused(self, error: errors.APIError) -> EngineFailure:
        if error.code in RETRYABLE:
            reason = "rate_limited" if error.code == 429 else "unavailable"
            return EngineFailure(reason, retry_after=_retry_delay(error.details))
        reason = "key" if "API_KEY_INVALID" in str(error.details) else _REFUSALS.get(error.code, "refused")
        # Neither the key nor the customer's words: what Google says of an argument may quote it.
        log.error("gemini_refused", reason=reason, status=error.code, model=self._model)
        return EngineFailure(reason, pause=0.0 if reason == "refused" else REST)


def _retry_delay(details: object) -> float:
    """Google's RetryInfo in seconds; 0 when it names none."""
    listed = details.get("error", details).get("details", []) if isinstance(details, dict) else []
    delays = [str(item.get("retryDelay", "")) for item in listed if isinstance(item, dict)]
    return max((float(found[1]) for delay in delays if (found := _DELAY.fullmatch(delay))), default=0.0)


def _count_tokens(usage: types.GenerateContentResponseUsageMetadata | None) -> None:
    """What it costs; thoughts are paid for like words."""
    if usage is not None:
        spent = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
        metrics.CHATBOT_TOKENS.labels("gemini", "in").inc(usage.prompt_token_count or 0)
        metrics.CHATBOT_TOKENS.labels("gemini", "out").inc(spent)


def _read(response: types.GenerateContentResponse) -> Answer:
    """The answer as it was asked for. Raises `EngineFailure`."""
    if response.prompt_feedback is not None and response.prompt_feedback.block_reason is not None:
        raise EngineFailure("blocked", counts=False)
    if not response.candidates:
        raise EngineFailure("empty")
    candidate = response.candidates[0]
    _check_finished(candidate.finish_reason)
    parts = (candidate.content.parts if candidate.content else None) or []
    text = "".join(part.text or "" for part in parts if not part.thought)
    if not text.strip():
        raise EngineFailure("empty")
    try:
        return Answer.model_validate_json(text)
    except ValidationError:
        raise EngineFailure("malformed") from None


def _check_finished(reason: types.FinishReason | None) -> None:
    match reason:
        case None | types.FinishReason.STOP:
            return
        case types.FinishReason.MAX_TOKENS:
            raise EngineFailure("cut", counts=False)
        case _:
            raise EngineFailure("blocked", counts=False)


def _reply(answer: Answer) -> Reply:
    response = answer.resposta.strip()
    if (reason := objection(response)) is not None:
        raise EngineFailure(reason, counts=False)
    actions = [action for action in dict.fromkeys(answer.acoes) if action in ALLOWED_ACTIONS]
    return Reply(response, answer.intencao, answer.confianca, answer.transferir, actions, engine="gemini")
