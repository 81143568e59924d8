"""Every operation of the API with every role, and without any: who gets in, and who does not."""

from tests.attacks.asking import assemble
from tests.attacks.ground import document_of, operations
from tests.attacks.rows import NOBODY, WHO
from tests.attacks.surface import ROWS
from tests.stories.harness import System

KINDS_OF_REFUSAL = {401, 403}


async def test_every_operation_has_a_row_and_no_row_is_of_nothing(system: System) -> None:
    built = set(operations(await document_of(system)))
    told = {row.operation for row in ROWS}
    assert built - told == set(), "give each of these a row in tests/attacks/surface.py"
    assert told - built == set(), "these rows are of operations that are gone"


async def test_everybody_gets_what_the_table_says(system: System) -> None:
    ending = sum(row.ends for row in ROWS)
    cast = await assemble(system, 4 * (1 + ending))
    wrong = []
    for row in ROWS:
        for who in WHO:
            answer = await cast.ask(who, row)
            if answer.status_code != row.expected(who):
                wrong.append((row.method, row.path, row.body, who, answer.status_code, answer.text[:200]))
            if row.ends:
                await cast.renew(who)
    assert wrong == []


async def test_an_unknown_token_is_nobody(system: System) -> None:
    cast = await assemble(system, 4)
    forged = {"Authorization": f"Bearer {cast.people['admin'].token[:-8]}AAAAAAAA"}
    for row in ROWS:
        known = cast.known(NOBODY)
        answer = await system.client.request(row.method, row.url(known), json=row.body, headers=forged)
        if row.expected(NOBODY) == 401:
            assert answer.status_code == 401, row
            if row.operation[1].startswith("/api/v1/auth/refresh"):
                continue
            assert answer.json()["error_code"] in {"INVALID_TOKEN", "INVALID_SIGNATURE"}, row
