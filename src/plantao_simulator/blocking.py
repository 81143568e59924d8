"""People a business number does not want to hear from."""

from __future__ import annotations

from plantao_simulator.business import Number
from plantao_simulator.config import Clock, SimulatorConfig
from plantao_simulator.errors import GraphError, webhook_error
from plantao_simulator.state import Customer, World
from plantao_simulator.wire import JsonObject, dialled

_MOST_AT_ONCE = 1000
_MOST = 64_000


class Blocking:
    """Blocks those who wrote within the window; what a blocked customer writes does not reach the webhook."""

    def __init__(self, world: World, config: SimulatorConfig, now: Clock) -> None:
        self._world, self._config, self._now = world, config, now

    def block(self, number: Number, payload: JsonObject) -> JsonObject:
        added, failed = [], []
        for asked in _asked(payload):
            customer = self._find(asked)
            if customer is None or not self._wrote_lately(customer, number):
                failed.append(_shown(asked, customer) | {"errors": [_not_lately()]})
                continue
            if len(number.blocked) >= _MOST:
                raise GraphError(139102)
            number.blocked.add(customer.id)
            added.append(_shown(asked, customer))
        users = {"added_users": added} | ({"failed_users": failed} if failed else {})
        answer: JsonObject = {"messaging_product": "whatsapp", "block_users": users}
        return answer | ({"errors": GraphError(139100).body()["error"]} if failed else {})

    def unblock(self, number: Number, payload: JsonObject) -> JsonObject:
        removed = []
        for asked in _asked(payload):
            customer = self._find(asked)
            if customer is not None:
                number.blocked.discard(customer.id)
                removed.append(_shown(asked, customer))
        return {"messaging_product": "whatsapp", "block_users": {"removed_users": removed}}

    def blocked(self, number: Number) -> JsonObject:
        people = [self._world.customers[one] for one in sorted(number.blocked) if one in self._world.customers]
        data = [_named(person) | {"messaging_product": "whatsapp"} for person in people]
        return {"data": data, "paging": {"cursors": {"before": "MA", "after": "MA"}}}

    def _find(self, asked: JsonObject) -> Customer | None:
        if asked.get("user_id"):
            return self._world.by_user_id(str(asked["user_id"]))
        return self._world.by_number(dialled(str(asked.get("user", ""))))

    def _wrote_lately(self, customer: Customer, number: Number) -> bool:
        return self._now() - customer.wrote_to.get(number.id, 0.0) < self._config.window_seconds


def _asked(payload: JsonObject) -> list[JsonObject]:
    asked = payload.get("block_users")
    if not isinstance(asked, list) or not 1 <= len(asked) <= _MOST_AT_ONCE:
        raise GraphError(100, f"block_users must be a list of 1 to {_MOST_AT_ONCE} users.")
    if not all(isinstance(one, dict) and (one.get("user") or one.get("user_id")) for one in asked):
        raise GraphError(100, "block_users: each needs a user or a user_id.")
    return asked


def _shown(asked: JsonObject, customer: Customer | None) -> JsonObject:
    return {"input": asked.get("user") or asked.get("user_id")} | (_named(customer) if customer else {})


def _named(customer: Customer) -> JsonObject:
    names = {"wa_id": customer.wa_id, "user_id": customer.user_id}
    return {name: value for name, value in names.items() if value}


def _not_lately() -> JsonObject:
    error = webhook_error(131047, "Only people who wrote within the last 24 hours can be blocked.")
    return {key: error[key] for key in ("message", "code", "error_data")}
