"""Whether each of our numbers may send, and how fast: one row a number, for all processes.

A number stops when Meta says that nothing can be sent by it. Its messages stay queued, and no attempt is used up. After
a refused token, Meta is asked about the number until it answers; after anything else (a bill, a lock, a
permission), one message tries now and then, for only sending proves that sending works.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from plantao.kit.db import Transaction
from plantao.whatsapp.graph.error_table import ErrorClass
from plantao.whatsapp.rates import STANDARD

TOKEN_PROBE: Final = timedelta(seconds=30)
FIRST_TRIAL, LONGEST_TRIAL = timedelta(minutes=1), timedelta(minutes=15)

STATE = text("""
    SELECT phone_number_id, throughput, stopped_by, stopped_code, probe_at, probes, token_fingerprint
    FROM whatsapp_sending WHERE phone_number_id = :number
""")

STOP = text("""
    INSERT INTO whatsapp_sending AS known
        (phone_number_id, stopped_by, stopped_code, stopped_at, token_fingerprint, probe_at, probes)
    VALUES (:number, :by, :code, :now, :fingerprint, :probe_at, 0)
    ON CONFLICT (phone_number_id) DO UPDATE SET
        stopped_by = excluded.stopped_by, stopped_code = excluded.stopped_code, stopped_at = excluded.stopped_at,
        token_fingerprint = excluded.token_fingerprint, probe_at = excluded.probe_at, probes = 0
    WHERE known.stopped_by IS NULL
    RETURNING phone_number_id
""")

RESUME = text("""
    UPDATE whatsapp_sending SET
        stopped_by = NULL, stopped_code = NULL, stopped_at = NULL, token_fingerprint = NULL, probe_at = NULL,
        probes = 0
    WHERE phone_number_id = :number AND stopped_by IS NOT NULL RETURNING phone_number_id
""")

# One process tries, and moves the next time on: whoever comes second finds it moved.
CLAIM_PROBE = text("""
    UPDATE whatsapp_sending SET probe_at = :next, probes = least(probes + 1, 100), token_fingerprint = :fingerprint
    WHERE phone_number_id = :number AND stopped_by IS NOT NULL
      AND (probe_at <= :now OR token_fingerprint IS DISTINCT FROM :fingerprint)
    RETURNING stopped_by
""")

SET_THROUGHPUT = text("""
    INSERT INTO whatsapp_sending (phone_number_id, throughput) VALUES (:number, :level)
    ON CONFLICT (phone_number_id) DO UPDATE SET throughput = excluded.throughput
""")

STOPPED = text("""
    SELECT stopped_by, count(*) AS numbers FROM whatsapp_sending
    WHERE stopped_by IS NOT NULL AND phone_number_id = ANY(CAST(:numbers AS text[])) GROUP BY stopped_by
""")


@dataclass(frozen=True, slots=True)
class State:
    """`stopped_by`: `token` or `configuration`; None for a number that sends."""

    phone_number_id: str
    throughput: str = STANDARD
    stopped_by: ErrorClass | None = None
    stopped_code: int | None = None
    probe_at: datetime | None = None
    probes: int = 0
    token_fingerprint: str | None = None

    def may_be_tried(self, now: datetime, fingerprint: str) -> bool:
        return self.probe_at is None or self.probe_at <= now or self.token_fingerprint != fingerprint


async def state(tx: Transaction, number: str) -> State:
    row = await tx.first(STATE, {"number": number})
    if row is None:
        return State(number)
    by = ErrorClass(row.stopped_by) if row.stopped_by is not None else None
    return State(**dict(row._mapping) | {"stopped_by": by})


async def stop(tx: Transaction, number: str, by: ErrorClass, code: int | None, fingerprint: str, now: datetime) -> bool:
    """Whether it was us who stopped it: a number that has stopped stays as it is."""
    probe_at = now + next_try(by, 0)
    parameters = {"number": number, "by": by, "code": code, "now": now, "fingerprint": fingerprint}
    return await tx.first(STOP, parameters | {"probe_at": probe_at}) is not None


async def resume(tx: Transaction, number: str) -> bool:
    """Whether it had stopped."""
    return await tx.first(RESUME, {"number": number}) is not None


async def claim_probe(tx: Transaction, state: State, fingerprint: str, now: datetime) -> bool:
    """Whether we are the ones to try now whether a stopped number works again."""
    if state.stopped_by is None or not state.may_be_tried(now, fingerprint):
        return False
    following = now + next_try(state.stopped_by, state.probes + 1)
    parameters = {"number": state.phone_number_id, "next": following, "now": now, "fingerprint": fingerprint}
    return await tx.first(CLAIM_PROBE, parameters) is not None


def next_try(by: str, tries: int) -> timedelta:
    """How long a number that has been tried so often since it stopped is left alone."""
    if by == ErrorClass.TOKEN:
        return TOKEN_PROBE
    return min(FIRST_TRIAL * (1 << min(tries, 10)), LONGEST_TRIAL)


async def set_throughput(tx: Transaction, phone_number_id: str, level: str) -> None:
    """`level` in Meta's words: STANDARD, HIGH; COEXISTENCE for a number that is in the WhatsApp Business app too."""
    await tx.run(SET_THROUGHPUT, {"number": phone_number_id, "level": level})


async def count_stopped(tx: Transaction, numbers: Iterable[str]) -> dict[str, int]:
    """How many of `numbers` have stopped, by what stopped them."""
    rows = await tx.rows(STOPPED, {"numbers": list(numbers)})
    return {row.stopped_by: row.numbers for row in rows}
