"""One message of each type and shape as Meta sends it, and what its record has beyond that of a plain text."""

from tests.whatsapp.wire.examples_replied import OTHERS, REPLIES
from tests.whatsapp.wire.examples_said import FILES, STRUCTURED, TEXTS
from tests.whatsapp.wire.records import Json

MESSAGES: dict[str, tuple[Json, Json]] = TEXTS | FILES | STRUCTURED | REPLIES | OTHERS
