"""Reports of a period: what is counted, in whose day, by whom, and as which file."""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from tests.stories.harness import Json, Person, System

from plantao.dashboard.sheets import to_csv, to_xlsx
from plantao.identity.models import Role

ZONE = ZoneInfo("America/Sao_Paulo")
REPORTS = ("summary", "timeline", "agents", "hours", "intents", "tags")

# Two conversations around a midnight in São Paulo (03:00 UTC): one closed by a person with a grade, one by the bot.
PAST = """
    WITH person AS (
        INSERT INTO customers (id, created_at)
        VALUES (CAST(:customer AS uuid), now()), (CAST(:other AS uuid), now()) RETURNING id
    ), served AS (
        INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, assigned_to, last_agent_id,
                                   started_at, last_message_at, closed_at, satisfaction)
        SELECT gen_random_uuid(), 'past-1', CAST(:customer AS uuid), 'whatsapp', 'resolved', 'none', NULL, :agent,
               CAST(:at AS timestamptz), :at, CAST(:at AS timestamptz) + interval '10 minutes', 4
        FROM (SELECT count(*) FROM person) AS made RETURNING id
    ), alone AS (
        INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, started_at, last_message_at,
                                   closed_at)
        SELECT gen_random_uuid(), 'past-2', CAST(:other AS uuid), 'whatsapp', 'closed', 'none',
               CAST(:at AS timestamptz) + interval '2 hours', :at, CAST(:at AS timestamptz) + interval '3 hours'
        FROM (SELECT count(*) FROM person) AS made RETURNING id
    ), given AS (
        INSERT INTO conversation_assignments
            (conversation_id, agent_id, assigned_at, from_queue, awaited_since, answered_at, answered_by)
        SELECT id, :agent, CAST(:at AS timestamptz) + interval '20 seconds', true, :at,
               CAST(:at AS timestamptz) + interval '50 seconds', :agent FROM served
    ), understood AS (
        INSERT INTO bot_answers (conversation_id, at, intent, confidence, handed_over)
        SELECT id, CAST(:at AS timestamptz), 'financeiro', 0.8, true FROM served
        UNION ALL SELECT id, CAST(:at AS timestamptz) + interval '2 hours', 'financeiro', 0.6, false FROM alone
    )
    INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by, sent_by_id,
                          status, status_rank)
    SELECT gen_random_uuid(), served.id, n, said.direction, said.type, 'x', :at, CAST(:at AS timestamptz) + said.after,
           said.sent_by, CASE WHEN said.sent_by = 'agent' THEN :agent END, 'delivered', 20
    FROM served, (VALUES
        (1, 'incoming', 'text', 'customer', interval '0'),
        (2, 'outgoing', 'text', 'bot', interval '1 second'),
        (3, 'outgoing', 'note', 'agent', interval '30 seconds'),
        (4, 'outgoing', 'text', 'agent', interval '50 seconds'),
        (5, 'incoming', 'text', 'customer', interval '2 hours')
    ) AS said (n, direction, type, sent_by, after)
"""
EVENING = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)  # 22:30 of Thursday the 19th in São Paulo
WHOLE = {"start_date": "2026-11-19T00:00:00-03:00", "end_date": "2026-11-21T00:00:00-03:00"}


async def past(system: System) -> tuple[Person, Person]:
    """A supervisor who looks back, and the agent who worked."""
    lead, maria = (
        await system.person(Role.SUPERVISOR, "Ana Lima"),
        await system.person(Role.ATTENDANT, name="Maria Silva", email="maria@provedor.example"),
    )
    values = {
        "customer": "00000000-0000-7000-8000-000000000001",
        "other": "00000000-0000-7000-8000-000000000002",
        "agent": maria.id,
        "at": EVENING,
    }
    async with system.parts.database.transaction() as tx:
        await tx.run(text(PAST), values)
    return lead, maria


async def report(person: Person, name: str, **query: str) -> Json:
    answer = await person.get(f"/reports/{name}", **(WHOLE | query))
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_the_period_in_one_line(system: System) -> None:
    lead, _ = await past(system)
    assert await report(lead, "summary") == {
        "start": "2026-11-19T03:00:00Z",
        "end": "2026-11-21T03:00:00Z",
        "started": 2,
        "closed": 2,
        "resolved": 1,
        "closed_by_bot": 1,
        "messages_in": 2,
        "messages_out": 2,
        "messages_by_bot": 1,
        "response_avg": 50.0,
        "response_median": 50.0,
        "response_p90": 50.0,
        "resolution_avg": 600.0,
        "resolution_median": 600.0,
        "satisfaction": 4.0,
        "grades": 1,
    }


async def test_a_day_ends_at_midnight_where_the_provider_is(system: System) -> None:
    lead, _ = await past(system)
    days = (await report(lead, "timeline", step="day"))["rows"]
    assert [(day["at"], day["started"], day["closed"], day["messages_in"]) for day in days] == [
        ("2026-11-19T03:00:00Z", 1, 1, 1),
        ("2026-11-20T03:00:00Z", 1, 1, 1),
    ]


async def test_hours_without_anything_are_rows_too(system: System) -> None:
    lead, _ = await past(system)
    hours = (await report(lead, "timeline", step="hour"))["rows"]
    assert len(hours) == 48
    assert sum(hour["messages_out"] for hour in hours) == 2


async def test_what_each_agent_did(system: System) -> None:
    lead, maria = await past(system)
    assert (await report(lead, "agents"))["rows"] == [
        {
            "agent_id": maria.id,
            "nome": "Maria Silva",
            "assigned": 1,
            "closed": 1,
            "resolved": 1,
            "messages": 1,
            "response_avg": 30.0,
            "resolution_avg": 600.0,
            "satisfaction": 4.0,
            "grades": 1,
        }
    ]


async def test_when_customers_write(system: System) -> None:
    lead, _ = await past(system)
    assert (await report(lead, "hours"))["rows"] == [
        {"weekday": 4, "hour": 22, "messages_in": 1},
        {"weekday": 5, "hour": 0, "messages_in": 1},
    ]


async def test_what_the_bot_understood(system: System) -> None:
    lead, _ = await past(system)
    rows = (await report(lead, "intents"))["rows"]
    assert rows == [{"intent": "financeiro", "answers": 2, "handed_over": 1, "confidence": 0.7}]


async def test_a_turn_of_the_bot_is_in_the_report_of_today(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    joao = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(joao, {"type": "text", "text": "segunda via do boleto por favor"})
    await system.sim.wait_for_send()
    rows = (await lead.get("/reports/intents")).json()["rows"]
    assert [(row["intent"], row["answers"]) for row in rows] == [("financeiro", 1)]


@pytest.mark.parametrize("name", REPORTS)
async def test_an_empty_period_is_an_answer(system: System, name: str) -> None:
    lead = await system.person(Role.SUPERVISOR)
    for form in ("json", "csv", "xlsx"):
        query = {"start_date": "2020-01-01T00:00:00Z", "end_date": "2020-01-02T00:00:00Z", "format": form}
        assert (await lead.get(f"/reports/{name}", **query)).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"start_date": "2026-11-21T00:00:00Z", "end_date": "2026-11-20T00:00:00Z"}, "start_date"),
        ({"start_date": "2020-01-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, "start_date"),
        ({"start_date": "ontem"}, "start_date"),
        ({"format": "pdf"}, "format"),
        ({"step": "hour", "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"}, "start_date"),
        ({"step": "week"}, "step"),
        ({"zone": "UTC"}, "zone"),
    ],
)
async def test_what_is_no_period_is_refused(system: System, query: dict[str, str], field: str) -> None:
    lead = await system.person(Role.SUPERVISOR)
    answer = await lead.get("/reports/timeline", **query)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_a_csv_for_a_brazilian_excel(system: System) -> None:
    lead, _ = await past(system)
    answer = await lead.get("/reports/agents", **(WHOLE | {"format": "csv"}))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="atendentes-2026-11-19.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row["nome"], row["response_avg"]) for row in rows] == [("Maria Silva", "30,0")]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_name_is_never_a_formula(name: str) -> None:
    cell = next(csv.reader(io.StringIO(to_csv(["nome"], [[name]], ZONE).decode("utf-8-sig").split("\r\n", 1)[1])))[0]
    assert cell.startswith("'")
    book = zipfile.ZipFile(io.BytesIO(to_xlsx(["nome"], [[name]], ZONE)))
    assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_numbers_and_moments_are_cells_of_their_kind() -> None:
    at = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    rows: list[list[Any]] = [[at, 4.5, 7, None, "Zé"]]
    assert to_csv(["a", "b", "c", "d", "e"], rows, ZONE).decode("utf-8-sig") == (
        "a;b;c;d;e\r\n19/11/2026 22:30;4,5;7;;Zé\r\n"
    )
    sheet = zipfile.ZipFile(io.BytesIO(to_xlsx(["a", "b", "c", "d", "e"], rows, ZONE))).read("xl/worksheets/sheet1.xml")
    days = (datetime(2026, 11, 19, 22, 30) - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001 - a sheet's day
    assert f"<v>{days}</v>".encode() in sheet
    assert b"<v>4.5</v>" in sheet
