"""A storm of webhooks, planned beforehand: what will be sent, and what has to be there afterwards.

Of its webhooks a tenth are duplicates and a hundredth are rubbish; of the messages a tenth come later than others that
were written after them.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bench.bodies import METADATA, phone
from plantao_simulator.wire import JsonObject, change, envelope, php_json

LATER: Final = 500  # places by which a message may come too late
AGAIN: Final = 2_000  # places within which a duplicate follows
SECONDS_AGO: Final = 3 * 86_400  # so long ago that the bot has no window to answer in
RUBBISH: Final = (
    b"isto nao e json",
    b"[]",
    b'{"object":"whatsapp_business_account","entry":7}',
    b'{"object":"whatsapp_business_account","entry":[{"changes":[{"value":{}}]}]}',
)

# Each answers 0 when all is well.
CHECKS: Final = {
    "webhooks not materialised": "SELECT count(*) FROM webhook_ledger WHERE materialised_at IS NULL",
    "messages stored twice": """
        SELECT count(*) - count(DISTINCT external_id) FROM messages WHERE direction = 'incoming'
    """,
    "messages out of their customer's order, or missing": """
        SELECT count(*) FROM (
            SELECT CAST(m.content AS int) AS number,
                   row_number() OVER (PARTITION BY c.customer_id ORDER BY m.sent_at, m.seq) - 1 AS expected
            FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.direction = 'incoming'
        ) AS read WHERE number <> expected
    """,
    "conversations with a gap in their numbers": """
        SELECT count(*) FROM conversations c
        WHERE last_seq <> (SELECT count(*) FROM messages WHERE conversation_id = c.id)
           OR last_seq <> (SELECT max(seq) FROM messages WHERE conversation_id = c.id)
    """,
    "customers with more than one conversation": """
        SELECT count(*) - count(DISTINCT customer_id) FROM conversations
    """,
}
COUNTS: Final = {
    "received": "SELECT count(*) FROM webhook_ledger",
    "messages": "SELECT count(*) FROM messages WHERE direction = 'incoming'",
    "parked": "SELECT count(*) FROM webhook_parked_items",
}


@dataclass(frozen=True, slots=True)
class Storm:
    count: int
    customers: int

    @property
    def rubbish(self) -> int:
        return self.count // 100

    @property
    def duplicates(self) -> int:
        return self.count // 10

    @property
    def messages(self) -> int:
        return self.count - self.rubbish - self.duplicates

    @property
    def expected(self) -> dict[str, int]:
        """What `COUNTS` must answer."""
        return {"received": self.count, "messages": self.messages, "parked": self.rubbish}

    def bodies(self) -> Iterator[bytes]:
        """All webhooks in the order of sending; the same ones each time, but for the day."""
        rng, began = random.Random(self.count), int(time.time()) - SECONDS_AGO
        late = set(rng.sample(range(self.messages), self.messages // 10))
        order = [
            (number + (rng.uniform(1, LATER) if number in late else 0.0), number) for number in range(self.messages)
        ]
        twice = rng.sample(range(self.messages), self.duplicates)
        order += [(number + rng.uniform(0, AGAIN), number) for number in twice]
        order += [(rng.uniform(0, self.messages), -1 - number) for number in range(self.rubbish)]
        for _, number in sorted(order):
            yield self._body(number, began) if number >= 0 else RUBBISH[number % len(RUBBISH)]

    def _body(self, number: int, began: int) -> bytes:
        """Each customer's first message says 0, the second 1, a second later."""
        customer, said = number % self.customers, number // self.customers
        wa_id = phone(customer)
        message = {
            "from": wa_id,
            "id": f"wamid.STORM{number:08d}",
            "timestamp": str(began + said),
            "text": {"body": str(said)},
            "type": "text",
        }
        value: JsonObject = {
            "messaging_product": "whatsapp",
            "metadata": METADATA,
            "contacts": [{"profile": {"name": f"Cliente {customer}"}, "wa_id": wa_id}],
            "messages": [message],
        }
        return php_json(envelope("300440055006600", [[change(value)]]))
