"""A `send_message` frame as a wish: the same models as REST's read what is structured in it."""

from typing import Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError

from plantao.conversations.contents import ContactCard, Few, Interactive, Location
from plantao.conversations.wishes import Wish
from plantao.kit.errors import ValidationFailed
from plantao.kit.http.errors import describe_validation
from plantao.realtime.frames import SendMessage

_PLAIN: Final = (
    "content", "caption", "filename", "voice", "template_name", "language", "components", "reply_to", "client_id",
    "last_seen_seq",
)  # fmt: skip
STRUCTURED: Final[dict[str, TypeAdapter[Any]]] = {
    "location": TypeAdapter(Location),
    "contacts": TypeAdapter(Annotated[list[ContactCard], Few]),
    "interactive": TypeAdapter(Interactive),
}


def read_saying(frame: SendMessage) -> Wish:
    """Raises `ValidationFailed`."""
    plain = {name: getattr(frame, name) for name in _PLAIN}
    structured = {name: _read(name, getattr(frame, name)) for name in STRUCTURED}
    return Wish(frame.message_type, **plain, **structured)


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    try:
        return STRUCTURED[name].validate_python(value)
    except ValidationError as error:
        # As FastAPI puts it: where it was, then which field.
        errors = [one | {"loc": ("frame", name, *one["loc"])} for one in error.errors(include_url=False)]
        detail, field = describe_validation(errors)
        raise ValidationFailed(detail, field=field) from None
