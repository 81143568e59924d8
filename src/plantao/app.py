"""The whole, put together: the only file that knows every part."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from plantao import __version__, diagnosis_endpoints, health, observability
from plantao.chatbot import endpoints as chatbot
from plantao.chatbot import manner_endpoints, teaching_endpoints, trainings
from plantao.chatbot.choice import KEPT_IN, build_engine, open_mind
from plantao.chatbot.engine import Engine
from plantao.chatbot.knowledge import Mind
from plantao.chatbot.training import LOOK_SECONDS as SCHOOL_SECONDS
from plantao.chatbot.training import School
from plantao.chatbot.turns import BotTurns
from plantao.console.serving import ConsoleFiles
from plantao.conversations import (
    canned_endpoints,
    customer_endpoints,
    events,
    hours_endpoints,
    inline_files,
    media_endpoints,
)
from plantao.conversations import endpoints as conversations
from plantao.conversations.intake import IntakeRules
from plantao.conversations.media_store import MediaStore
from plantao.conversations.media_upkeep import MediaUpkeep
from plantao.conversations.media_uploads import MAX_UPLOAD
from plantao.conversations.paging import ConversationList
from plantao.conversations.waking import Waking
from plantao.dashboard import endpoints as dashboard
from plantao.dashboard import report_endpoints
from plantao.dashboard.reports import Reports
from plantao.dashboard.service import Dashboard
from plantao.databases import open_store
from plantao.diagnosis_endpoints import Diagnosis
from plantao.documents import asyncapi, page
from plantao.documents.openapi import DocumentedApp
from plantao.file_store import open_blobs
from plantao.health import HealthMonitor
from plantao.identity import audit_endpoints, second_factor_endpoints
from plantao.identity.endpoints import auth_router, users_router
from plantao.identity.models import SecondFactorPolicy
from plantao.identity.passwords import PasswordHasher
from plantao.identity.policy import Permission
from plantao.identity.repository.store import Store
from plantao.identity.service import IdentityService
from plantao.kit.clock import Clock, SystemClock
from plantao.kit.db import Database
from plantao.kit.http.clients import Clients
from plantao.kit.http.errors import install_error_handlers
from plantao.kit.http.limits import Limit, LimitTable, RateLimits
from plantao.kit.http.requests import LargerBodies, RequestEnvelope, Shortcut
from plantao.kit.http.security import SecurityHeaders
from plantao.kit.hub import RESYNC, Hub, open_hub
from plantao.kit.rates.limiter import RateLimiter
from plantao.kit.rates.rate import parse_rate
from plantao.kit.wakeup import Bell
from plantao.kit.workers import Worker
from plantao.realtime.alert_feed import AlertFeed
from plantao.realtime.endpoints import chat_route
from plantao.realtime.queue_feed import QueueFeed
from plantao.realtime.switchboard import Switchboard
from plantao.realtime.viewers import Viewers
from plantao.routing import bulk_endpoints
from plantao.routing import endpoints as routing
from plantao.routing.absence import Absence
from plantao.routing.assignment import assign_waiting
from plantao.routing.presence import Presence
from plantao.settings import Settings
from plantao.tags import endpoints as tags
from plantao.whatsapp import endpoints as whatsapp
from plantao.whatsapp import ledger
from plantao.whatsapp import usage as whatsapp_usage
from plantao.whatsapp.account import endpoints as account
from plantao.whatsapp.account import syncs
from plantao.whatsapp.account.desk import TemplateDesk
from plantao.whatsapp.account.sync import LOOK_SECONDS, AccountSync
from plantao.whatsapp.compose import check_draft
from plantao.whatsapp.courtesy import WhatsAppCourtesy
from plantao.whatsapp.downloads import Downloads
from plantao.whatsapp.group_commit import LedgerWriter
from plantao.whatsapp.housekeeping import Housekeeping
from plantao.whatsapp.materialise import Materialiser
from plantao.whatsapp.numbers import Numbers, read_numbers
from plantao.whatsapp.receipts import Receipts
from plantao.whatsapp.sender import Sender
from plantao.whatsapp.webhook import WebhookReceiver

API = "/api/v1"
WEBHOOK = f"{API}/whatsapp/webhook"
MEDIA = re.compile(rf"(GET|HEAD) {API}/media/[^/]+(/thumbnail)?|POST {API}/media/[^/]+/link")
# Asked by machines, which must not be told to come back later.
NEVER_LIMITED = frozenset({WEBHOOK, "/health", "/health/live", "/health/ready", "/metrics"})
ACCOUNT_FACTOR = 4  # an account may fail as often as this many client addresses
# Each wrong field of a JSON body costs some microseconds to refuse: three megabytes of them held up everybody for
# seconds. The longest text that a request may bring takes 50 KB, written in escapes.
MAX_BODY = 64 * 1024
MAX_WEBHOOK = 3 * 1024 * 1024  # Meta's limit
MAX_FILE = inline_files.MAX_BODY  # what brings a file along, as base64
LARGER = [
    LargerBodies("POST", re.compile(WEBHOOK), MAX_WEBHOOK, MAX_WEBHOOK),
    LargerBodies("POST", re.compile(rf"{API}/conversations/[^/]+/messages"), MAX_FILE, MAX_WEBHOOK),
    LargerBodies("POST", re.compile(rf"{API}/media"), MAX_UPLOAD, MAX_UPLOAD),  # streamed, never whole in memory
    LargerBodies("POST", re.compile(rf"{API}/whatsapp/send"), MAX_FILE, MAX_WEBHOOK),
    LargerBodies("POST", re.compile(rf"{API}/whatsapp/send-template"), MAX_WEBHOOK, MAX_WEBHOOK),
]

# In the order of the document.
CONTRACT = (
    auth_router,
    second_factor_endpoints.router,
    users_router,
    audit_endpoints.router,
    bulk_endpoints.router,  # before the addresses of one conversation: `bulk` is no id
    conversations.router,
    customer_endpoints.router,
    media_endpoints.router,
    canned_endpoints.router,
    tags.router,
    hours_endpoints.router,
    routing.router,
    routing.agents_router,
    whatsapp.router,
    account.router,
    whatsapp_usage.router,
    chatbot.router,
    teaching_endpoints.router,
    manner_endpoints.router,
    dashboard.router,
    report_endpoints.router,
    diagnosis_endpoints.router,
)


@dataclass(slots=True)
class Parts:
    """What a process is made of. Built once; tests build it with a clock of their own."""

    settings: Settings
    clock: Clock
    hub: Hub
    database: Database
    store: Store
    hasher: PasswordHasher
    numbers: Numbers
    rules: IntakeRules
    mind: Mind
    school: School
    engine: Engine
    ledger: LedgerWriter
    limiter: RateLimiter
    receipts: Receipts
    courtesy: WhatsAppCourtesy
    media: MediaStore


def build_parts(settings: Settings, database_url: str, clock: Clock | None = None) -> Parts:
    """Connects to nothing yet. Raises `SettingsError`."""
    redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
    hub = open_hub(redis_url)
    clock = clock or SystemClock()
    database = Database(database_url, hub)
    numbers = read_numbers(settings)
    receipts = Receipts()
    debounce = timedelta(seconds=settings.bot_debounce_seconds)
    zone, first = ZoneInfo(settings.timezone), numbers.first.phone_number_id
    rules = IntakeRules(debounce, zone, first, numbers.without_bot)
    mind = open_mind(settings)
    return Parts(
        settings=settings,
        clock=clock,
        hub=hub,
        database=database,
        store=open_store(settings, database),
        hasher=PasswordHasher(),
        numbers=numbers,
        rules=rules,
        mind=mind,
        school=School(database, clock, mind, rules, settings.data_dir / KEPT_IN, debounce),
        engine=build_engine(settings, mind),
        ledger=LedgerWriter(database, clock),
        limiter=RateLimiter(clock, redis_url),
        receipts=receipts,
        courtesy=WhatsAppCourtesy(database, numbers, receipts, clock),
        media=MediaStore(database, open_blobs(settings), clock),
    )


_TOPICS = (ledger.TOPIC, events.BOT, events.OUTBOX, events.ROUTING, events.MEDIA, syncs.TOPIC, trainings.TOPIC)


class Workers:
    """The loops of one process: intake, the bot, the outbox, the queue. Any number of processes may run them."""

    def __init__(self, parts: Parts) -> None:
        bells = {topic: Bell() for topic in _TOPICS}
        self._parts = parts
        self._bells = bells
        self._unsubscribe = parts.hub.subscribe(self._ring)
        numbers, media = parts.numbers, parts.media
        materialiser = Materialiser(parts.database, parts.clock, parts.rules, numbers, parts.receipts, parts.ledger)
        self._turns = BotTurns(
            parts.database, parts.engine, parts.clock, bells[events.BOT], parts.rules.zone, lambda: parts.mind.manner
        )
        self._sender = Sender(parts.database, numbers, parts.clock, bells[events.OUTBOX], parts.receipts, media)
        self._downloads = Downloads(parts.database, numbers, parts.clock, bells[events.MEDIA], media)
        housekeeping = Housekeeping(parts.database, parts.clock)
        account_sync = AccountSync(parts.database, parts.numbers, parts.clock)
        self._workers = [
            Worker("materialise", materialiser.step, bells[ledger.TOPIC]),
            Worker("bot_school", parts.school.step, bells[trainings.TOPIC], poll=SCHOOL_SECONDS),
            Worker("bot", self._turns.step, bells[events.BOT]),
            Worker("routing", self._route, bells[events.ROUTING]),
            Worker("absence", Absence(parts.database, parts.clock).step, Bell(), poll=Absence.EVERY),
            Worker("snoozed", Waking(parts.database, parts.clock).step, Bell(), poll=Waking.EVERY),
            Worker("send", self._sender.step, bells[events.OUTBOX]),
            Worker("download", self._downloads.step, bells[events.MEDIA]),
            Worker("account", account_sync.step, bells[syncs.TOPIC], poll=LOOK_SECONDS),
            Worker("housekeeping", housekeeping.step, Bell(), poll=Housekeeping.EVERY),
            Worker("media", MediaUpkeep(parts.media).step, Bell(), poll=MediaUpkeep.EVERY),
        ]

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    async def stop(self) -> None:
        """Lets what is in flight finish, in the order in which work flows."""
        for worker in self._workers:
            await worker.stop()
        await self._turns.drain()
        await self._sender.drain()
        await self._downloads.drain()
        await self._parts.courtesy.drain()
        await self._parts.receipts.drain()
        self._unsubscribe()

    def _ring(self, topic: str, _message: bytes) -> None:
        if topic in self._bells:
            self._bells[topic].ring()
        elif topic == RESYNC:
            for bell in self._bells.values():
                bell.ring()

    async def _route(self) -> float:
        async with self._parts.database.transaction() as tx:
            await assign_waiting(tx, self._parts.clock.now())
        return 60.0


def create_asgi(parts: Parts) -> ASGIApp:
    """What the server runs: the application with its workers (one process is a whole system), and around it the
    bounds and the way for Meta, between whom and the ledger nothing stands."""
    app = create_app(parts)
    secrets = [secret.get_secret_value().encode() for secret in parts.settings.whatsapp_app_secret]
    receiver = WebhookReceiver(parts.ledger, secrets)
    clients: Clients = app.state.clients
    limited = RateLimits(app, parts.limiter, _limits(parts.settings), clients, app.state.identity.holder_of)
    shortcut = Shortcut(ConsoleFiles(limited), "POST", WEBHOOK, receiver)
    return RequestEnvelope(shortcut, max_body=MAX_BODY, larger=LARGER, headers=SecurityHeaders(clients))


def _limits(settings: Settings) -> LimitTable:
    """The contract's table; files have a rate of their own, for one conversation may show a hundred."""
    register = Limit("register", parse_rate(settings.rate_limit_register), per_user=False)
    send = Limit("whatsapp_send", parse_rate(settings.rate_limit_whatsapp_send))
    return LimitTable(
        api=Limit("api", parse_rate(settings.rate_limit_api)),
        log_in=("POST", f"{API}/auth/login"),
        log_in_failures=parse_rate(settings.rate_limit_login),
        media=(MEDIA, Limit("media", parse_rate(settings.rate_limit_media))),
        own={("POST", f"{API}/auth/register"): register, ("POST", f"{API}/whatsapp/send"): send},
        free=NEVER_LIMITED,
    )


def create_app(parts: Parts) -> FastAPI:
    """Everything but the webhook."""
    app = DocumentedApp(
        webhook_path=WEBHOOK,
        never_limited=NEVER_LIMITED,
        title="Plantão",
        version=__version__,
        lifespan=_lifespan(parts),
        docs_url=None,
        redoc_url=None,
    )
    settings, verify_token = parts.settings, parts.settings.whatsapp_verify_token
    identity = IdentityService(
        parts.store,
        parts.clock,
        [key.get_secret_value() for key in settings.jwt_secret],
        parts.hasher,
        limiter=parts.limiter,
        account_failures=parse_rate(settings.rate_limit_login).times(ACCOUNT_FACTOR),
        registration_open=settings.registration == "open",
        second_factor_policy=SecondFactorPolicy(settings.second_factor),
    )
    app.state.settings = settings
    app.state.clock = parts.clock
    app.state.clients = Clients(settings.trusted_proxies)
    app.state.database = parts.database
    app.state.media = parts.media
    app.state.identity = identity
    app.state.conversation_list = ConversationList(parts.database, parts.clock)
    app.state.intake_rules = parts.rules
    app.state.numbers = parts.numbers
    app.state.engine = parts.engine
    app.state.mind = parts.mind
    app.state.school = parts.school
    app.state.check_draft = check_draft
    app.state.fit_draft = TemplateDesk(parts.numbers).fit
    app.state.account = AccountSync(parts.database, parts.numbers, parts.clock)
    app.state.courtesy = parts.courtesy
    app.state.surveys = settings.survey == "on"
    app.state.verify_token = verify_token.get_secret_value() if verify_token else None
    app.state.health = HealthMonitor(
        parts.database, parts.store, parts.hub, parts.numbers, parts.clock, parts.media.blobs
    )
    presence = Presence(parts.database, parts.clock)
    app.state.viewers = Viewers(parts.hub, parts.database, parts.clock)
    app.state.switchboard = Switchboard(parts.hub, identity.gate, presence, app.state.viewers, parts.clock)
    staff = partial(app.state.switchboard.who_may, Permission.SEE_QUEUE)
    leads = partial(app.state.switchboard.who_may, Permission.SEE_WHATSAPP_ACCOUNT)
    app.state.alert_feed = AlertFeed(parts.hub, leads)
    app.state.queue_feed = QueueFeed(parts.hub, parts.database, parts.clock, staff)
    app.state.dashboard = Dashboard(parts.database, identity.accounts, parts.clock, parts.rules.zone, parts.hub)
    app.state.diagnosis = Diagnosis(settings, parts.database, parts.clock)
    app.state.reports = Reports(parts.database, identity.accounts)
    app.router.routes += [*_routes(), chat_route()]
    install_error_handlers(app)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Once for all apps: the routes know none, and FastAPI takes a fifth of a second to make of them what it serves."""
    # Names are the operation ids, and so the names in made clients.
    router = APIRouter(generate_unique_id_function=lambda route: route.name)
    for part in CONTRACT:
        router.include_router(part, prefix=API)
    for part in (health.router, observability.router, page.router, asyncapi.router):
        router.include_router(part)
    return router.routes


def _lifespan(parts: Parts) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(parts.database.dispose)
            stack.push_async_callback(parts.store.aclose)
            stack.callback(parts.hasher.close)
            stack.push_async_callback(parts.numbers.aclose)
            stack.push_async_callback(parts.limiter.aclose)
            stack.push_async_callback(parts.engine.aclose)
            await parts.hub.start()
            stack.push_async_callback(parts.hub.stop)
            workers = Workers(parts)
            workers.start()
            stack.push_async_callback(workers.stop)
            app.state.viewers.start()
            stack.push_async_callback(app.state.viewers.stop)
            app.state.switchboard.start()
            stack.push_async_callback(app.state.switchboard.stop)
            app.state.queue_feed.start()
            stack.push_async_callback(app.state.queue_feed.stop)
            stack.callback(app.state.alert_feed.stop)
            app.state.health.start()
            stack.push_async_callback(app.state.health.stop)
            yield

    return lifespan
