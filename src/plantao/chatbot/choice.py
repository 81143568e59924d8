"""Which engine answers, from the settings."""

from pathlib import Path

from plantao.chatbot.engine import Engine
from plantao.chatbot.evaluation import Evaluation, evaluate, judge
from plantao.chatbot.fallback import FallbackEngine
from plantao.chatbot.intents_file import IntentsFileError, parse, read_examples, read_file, shipped
from plantao.chatbot.knowledge import Knowledge, Mind
from plantao.chatbot.offline import OfflineEngine
from plantao.chatbot.understanding import learn
from plantao.settings import Settings, SettingsError

KEPT_IN = "learnt"  # below the data directory


def open_mind(settings: Settings) -> Mind:
    """What the bot knows before it has looked at what the provider taught. Raises `SettingsError`."""
    try:
        base = tuple(read_examples(settings.data_dir))
    except IntentsFileError as error:
        raise SettingsError(str(error)) from None
    return Mind(Knowledge(learn(base, settings.data_dir / KEPT_IN), base), base)


def build_engine(settings: Settings, mind: Mind) -> Engine:
    """The offline engine, behind Gemini when a key is set. Connects to nothing."""
    offline = OfflineEngine(mind)
    if settings.gemini_api_key is None:
        return offline
    from plantao.chatbot.gemini import GeminiEngine  # noqa: PLC0415 - its SDK costs 0.7 s and 50 MB: only who uses it

    key = settings.gemini_api_key.get_secret_value()
    gemini = GeminiEngine(key, settings.gemini_model, str(settings.gemini_base_url))
    return FallbackEngine(gemini, offline)


def evaluate_offline(settings: Settings, file: Path | None) -> Evaluation:
    """The offline engine, as it would be served, on `file` or on the shipped sentences. Raises `SettingsError`."""
    try:
        sentences = read_file(file) if file else parse(shipped("evaluation.yaml"), "evaluation.yaml")
    except IntentsFileError as error:
        raise SettingsError(str(error)) from None
    return evaluate(judge(open_mind(settings).knowledge.understanding, sentences))
