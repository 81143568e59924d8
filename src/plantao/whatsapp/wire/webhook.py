"""A webhook's body to records: every entry, every change, every item. One bad item never sinks the others."""

from collections.abc import Iterator
from typing import Any, Final

from plantao.whatsapp.wire.decode import read_json, to_json
from plantao.whatsapp.wire.errors import read_error
from plantao.whatsapp.wire.fields import JsonObject, Malformed, instant, kind_of, label, obj
from plantao.whatsapp.wire.messages import CHANGES, MessageReader
from plantao.whatsapp.wire.models import BadItem, Notice, UnreadableWebhook, Webhook
from plantao.whatsapp.wire.statuses import read_status

_OBJECT: Final = "whatsapp_business_account"
_MESSAGES: Final = "messages"
_ECHOES: Final = "smb_message_echoes"
_SUMMARY_LENGTH: Final = 300


def parse_webhook(body: bytes) -> Webhook:
    """All that `body` holds. Raises UnreadableWebhook when it is no JSON object, and nothing else."""
    root = _root(body)
    found = Webhook()
    named = label(root, "object")
    if named != _OBJECT:
        found.notices.append(Notice("object", "object", f"not for us: {named or 'unnamed'}", to_json(root)))
        return found
    for entry_path, entry in _items(root, "entry", "", found):
        for path, change in _items(entry, "changes", f"{entry_path}.", found):
            _read_change(change, entry, path, found)
    return found


def _root(body: bytes) -> JsonObject:
    try:
        root = read_json(body)
    except ValueError:
        raise UnreadableWebhook("the body is not JSON") from None
    if not isinstance(root, dict):
        raise UnreadableWebhook(f"the body is {kind_of(root)}, not an object")
    return root


def _items(
    parent: JsonObject, key: str, prefix: str, found: Webhook, *, optional: bool = False
) -> Iterator[tuple[str, JsonObject]]:
    """The objects of the list at `key`, each with its path; whatever is no object is parked."""
    values = parent.get(key)
    if values is None and optional:
        return
    if not isinstance(values, list):
        found.bad.append(_bad(f"{prefix}{key}", f"{key} is {kind_of(values)}, not a list", values))
        return
    for index, value in enumerate(values):
        path = f"{prefix}{key}[{index}]"
        if isinstance(value, dict):
            yield path, value
        else:
            found.bad.append(_bad(path, f"the item is {kind_of(value)}, not an object", value))


def _read_change(change: JsonObject, entry: JsonObject, path: str, found: Webhook) -> None:
    field, value = label(change, "field"), change.get("value")
    if field is None:
        found.bad.append(_bad(path, "the change names no field", change))
    elif not isinstance(value, dict):
        found.bad.append(_bad(f"{path}.value", f"value is {kind_of(value)}, not an object", change))
    elif field == _MESSAGES and any(value.get(key) is not None for key in ("messages", "statuses", "errors")):
        _read_value(value, entry, f"{path}.value.", found)
    elif field == _ECHOES and value.get("message_echoes") is not None:
        _read_messages(value, "message_echoes", f"{path}.value.", found)
    else:
        found.notices.append(_notice(f"{path}.value", field, _summary(value), value, entry, value))


def _notice(path: str, field: str, summary: str, item: JsonObject, entry: JsonObject, value: JsonObject) -> Notice:
    """`value`: what may name the number."""
    number = label(obj(value, "metadata"), "phone_number_id")
    return Notice(path, field, summary, to_json(item), label(entry, "id"), number, instant(entry, "time"))


def _read_value(value: JsonObject, entry: JsonObject, prefix: str, found: Webhook) -> None:
    _read_messages(value, "messages", prefix, found)
    for path, item in _items(value, "statuses", prefix, found, optional=True):
        _read_status(item, path, found, label(obj(value, "metadata"), "phone_number_id"))
    for path, item in _items(value, "errors", prefix, found, optional=True):
        error = read_error(item)
        summary = f"error {error.code}: {error.title}: {error.detail}"[:_SUMMARY_LENGTH]
        found.notices.append(_notice(path, _MESSAGES, summary, item, entry, value))


def _read_messages(value: JsonObject, key: str, prefix: str, found: Webhook) -> None:
    reader = MessageReader(value, is_echo=key != "messages")
    for path, item in _items(value, key, prefix, found, optional=True):
        try:
            _read_message(reader, item, path, found)
        except Malformed as reason:
            found.bad.append(_bad(path, str(reason), item))


def _read_message(reader: MessageReader, item: JsonObject, path: str, found: Webhook) -> None:
    if item.get("group_id"):
        found.groups.append(path)
    elif item.get("type") in CHANGES:
        found.changes.append(reader.read_change(item, path))
    else:
        found.messages.append(reader.read(item, path))


def _read_status(item: JsonObject, path: str, found: Webhook, phone_number_id: str | None) -> None:
    try:
        status = read_status(item, path, phone_number_id)
    except Malformed as reason:
        found.bad.append(_bad(path, str(reason), item))
        return
    if status is None:
        found.notices.append(Notice(path, _MESSAGES, f"status: {_summary(item)}", to_json(item)))
    else:
        found.statuses.append(status)


def _bad(path: str, reason: str, value: Any) -> BadItem:
    return BadItem(path, reason, to_json(value))


def _summary(value: JsonObject) -> str:
    """`event=APPROVED message_template_name=visita history[3]`: simple values, and the lengths of lists."""
    parts = (_summary_part(key, value) for key in value)
    return " ".join(part for part in parts if part)[:_SUMMARY_LENGTH]


def _summary_part(key: str, value: JsonObject) -> str | None:
    inner = value[key]
    if isinstance(inner, list):
        return f"{key}[{len(inner)}]"
    said = label(value, key, 80)
    return f"{key}={said}" if said else None
