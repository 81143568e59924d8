"""Bytes and identifiers: PHP's JSON, the signature, wamids, the ninth digit."""

from __future__ import annotations

import base64

import pytest
from tests.simulator.conftest import Bench

from plantao_simulator.wire import canonical, dialled, is_bsuid, new_bsuid, new_wamid, php_json, usual_wa_id


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": "está"}, b'{"a":"est\\u00e1"}'),
        ({"a": "😕"}, b'{"a":"\\ud83d\\ude15"}'),
        ({"url": "https://x/y"}, b'{"url":"https:\\/\\/x\\/y"}'),
        (["a", 1, None, True], b'["a",1,null,true]'),
    ],
)
def test_json_is_written_as_php_does(value: object, written: bytes) -> None:
    assert php_json(value) == written


def test_a_wamid_holds_the_phone_and_tells_its_direction() -> None:
    inbound = base64.b64decode(new_wamid("5511999999999", outbound=False).removeprefix("wamid."))
    outbound = base64.b64decode(new_wamid("5511999999999", outbound=True).removeprefix("wamid."))
    assert inbound[:3] + inbound[3:16] + inbound[16:22] == b"\x1c\x18\x0d5511999999999\x15\x02\x00\x12\x18\x14"
    assert outbound[16:22] == b"\x15\x02\x00\x11\x18\x12"
    assert len(inbound) == 22 + 20 + 1
    assert len(outbound) == 22 + 18 + 1


def test_a_wamid_of_somebody_without_phone_holds_the_country() -> None:
    assert new_wamid("BR.1502576394655843", outbound=False).startswith("wamid.HBgCQlIVAgASGB")


def test_bsuids_look_like_metas() -> None:
    assert is_bsuid(new_bsuid("5511999999999"))
    assert new_bsuid("5511999999999").startswith("BR.")
    assert is_bsuid("BR.ENT.11815799212886844830")
    assert not is_bsuid("5511999999999")


@pytest.mark.parametrize(
    ("digits", "one_form", "meta_form"),
    [
        ("551199999999", "5511999999999", "5511999999999"),
        ("5511999999999", "5511999999999", "5511999999999"),
        ("5531988887777", "5531988887777", "553188887777"),
        ("553188887777", "5531988887777", "553188887777"),
        ("5528988887777", "5528988887777", "5528988887777"),
        ("551133334444", "551133334444", "551133334444"),
        ("553133334444", "553133334444", "553133334444"),
        ("5531912345678", "5531912345678", "5531912345678"),
        ("16505551234", "16505551234", "16505551234"),
    ],
)
def test_the_ninth_digit(digits: str, one_form: str, meta_form: str) -> None:
    assert canonical(digits) == one_form
    assert usual_wa_id(digits) == meta_form


@pytest.mark.parametrize(
    ("to", "digits"),
    [
        ("+55 (31) 98888-7777", "5531988887777"),
        ("5531988887777", "5531988887777"),
        ("31988887777", "5531988887777"),
        ("+16505551234", "16505551234"),
    ],
)
def test_a_number_without_country_gets_the_business_own(to: str, digits: str) -> None:
    assert dialled(to) == digits


async def test_the_signature_is_over_the_escaped_bytes(bench: Bench) -> None:
    customer = bench.sim.customer("João", phone="+5511999999999")
    await bench.sim.write(customer, "está lenta 😕 http://a/b")
    [message] = await bench.receiver.messages(1)
    assert message["text"]["body"] == "está lenta 😕 http://a/b"
    assert b"est\\u00e1 lenta \\ud83d\\ude15 http:\\/\\/a\\/b" in bench.receiver.raw[0]
    assert bench.receiver.valid(0)
