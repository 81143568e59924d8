"""Messages that change something: edits and revocations of earlier ones, and system messages about the customer."""

from __future__ import annotations

from collections.abc import Callable

from plantao_simulator.ground import Ground
from plantao_simulator.state import ChatMessage, Customer
from plantao_simulator.wire import JsonObject

QUIET = frozenset({"edit", "revoke"})
"""Types that are no bubble of their own."""

_EDIT_SECONDS = 15 * 60
_REVOKE_SECONDS = 2 * 24 * 3600


class Changes:
    """What those messages do to the world. `form_of` answers the `wa_id` of a phone."""

    def __init__(self, ground: Ground, form_of: Callable[[str], str]) -> None:
        self._world, self._bus, self._now = ground.world, ground.bus, ground.now
        self._form_of = form_of

    def check(self, customer: Customer, body: JsonObject) -> None:
        """ValueError if the phone would not let the customer do this; completes a system message."""
        match body.get("type"):
            case "edit" | "revoke":
                self._check_age(customer, body)
            case "system" if "system" in body:
                self._complete(customer, body)

    def _check_age(self, customer: Customer, body: JsonObject) -> None:
        kind = str(body["type"])
        original = self._original(body)
        if original is None or original.customer_id != customer.id:
            message = f"{kind}: there is no such message of this customer"
            raise ValueError(message)
        if self._now() - original.timestamp > (_EDIT_SECONDS if kind == "edit" else _REVOKE_SECONDS):
            message = f"{kind}: it is too late"
            raise ValueError(message)

    def _original(self, body: JsonObject) -> ChatMessage | None:
        return self._world.messages.get(str(body[str(body["type"])].get("original_message_id")))

    def _complete(self, customer: Customer, body: JsonObject) -> None:
        said: JsonObject = body["system"]
        match said["type"]:
            case "user_changed_number":
                said["wa_id"] = self._form_of(str(said["wa_id"]))
                said["body"] = f"User {customer.name} changed from {customer.wa_id} to {said['wa_id']}"
            case "user_changed_user_id":
                said |= {"wa_id": customer.wa_id, "previous_user_id": customer.user_id}
                said["body"] = f"User {customer.name} changed from {customer.user_id} to {said['user_id']}"

    def follow(self, customer: Customer, item: JsonObject) -> None:
        """The world after the message."""
        match item.get("type"):
            case "edit" | "revoke":
                self._touch(item)
            case "system":
                self._rename(customer, item.get("system") or {})

    def _touch(self, item: JsonObject) -> None:
        original = self._original(item)
        if original is None:
            return
        if item["type"] == "edit":
            new = item["edit"]["message"]
            original.content = original.content | {new["type"]: new[new["type"]]}
            original.edited_at = self._now()
        else:
            original.deleted_at = self._now()
        self._bus.publish("message", original.as_json())

    def _rename(self, customer: Customer, said: JsonObject) -> None:
        match said.get("type"):
            case "user_changed_number":
                self._world.renumber(customer, str(said["wa_id"]), str(said["wa_id"]), customer.user_id)
            case "user_changed_user_id" if customer.phone and customer.wa_id:
                self._world.renumber(customer, customer.phone, customer.wa_id, said["user_id"])
        self._bus.publish("customer", customer.as_json())
