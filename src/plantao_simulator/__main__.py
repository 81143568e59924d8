"""`python -m plantao_simulator`: the simulator as a program. Flags win over the environment."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from plantao_simulator.config import NumberConfig, SimulatorConfig
from plantao_simulator.factory import create_simulator
from plantao_simulator.scenario import Scenario, ScenarioError, read_scenario, shipped
from plantao_simulator.server import serve_forever
from plantao_simulator.simulator import Simulator

# Flag, environment variable, field of SimulatorConfig, help.
_SETTINGS = (
    ("--webhook-url", "PLANTAO_SIMULATOR_WEBHOOK_URL", "webhook_url", "where updates are delivered"),
    ("--phone-number-id", "PLANTAO_WHATSAPP_PHONE_NUMBER_ID", "phone_number_id", "id of the business number"),
    ("--business-account-id", "PLANTAO_WHATSAPP_BUSINESS_ACCOUNT_ID", "business_account_id", "id of the account"),
    ("--access-token", "PLANTAO_WHATSAPP_ACCESS_TOKEN", "access_token", "bearer token the Graph side accepts"),
    ("--app-secret", "PLANTAO_WHATSAPP_APP_SECRET", "app_secret", "key of the webhook's signature"),
    ("--verify-token", "PLANTAO_WHATSAPP_VERIFY_TOKEN", "verify_token", "token of the webhook's handshake"),
    ("--display-phone", "PLANTAO_SIMULATOR_DISPLAY_PHONE", "display_phone", "the number as people write it"),
)
_NUMBERS = "PLANTAO_WHATSAPP_NUMBERS"
_SECRETS = {"access_token", "app_secret", "verify_token"}
_JITTER = 1.0

# Keys of --number, and the fields of NumberConfig they are.
_NUMBER_KEYS = {
    "id": "phone_number_id",
    "account": "business_account_id",
    "phone": "display_phone",
    "name": "verified_name",
    "token": "access_token",
    "rate": "messages_per_second",
    "quality": "quality",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="plantao_simulator", description="A stand-in for Meta's WhatsApp Cloud API.")
    parser.add_argument("--host", default=os.environ.get("PLANTAO_SIMULATOR_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=os.environ.get("PLANTAO_SIMULATOR_PORT", "8090"))
    for flag, variable, field, text in _SETTINGS:
        parser.add_argument(flag, dest=field, default=os.environ.get(variable), help=f"{text} [{variable}]")
    keys = ",".join(f"{key}=..." for key in _NUMBER_KEYS)
    text = (
        f"one more business number, may be repeated: {keys} (only id is required) [{_NUMBERS}, as the product reads it]"
    )
    parser.add_argument("--number", dest="numbers", action="append", default=[], type=_number, help=text)
    parser.add_argument("--scenario", type=_scenario, help=f"a file, or one of {', '.join(shipped())}")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster the scenario is played")
    parser.add_argument("--seed", type=int, help="makes what is left to chance repeatable")
    return parser


def _number(given: str) -> NumberConfig:
    """`id=1065,phone=+55 11 3333-4445` as a number."""
    pairs = [part.partition("=") for part in given.split(",")]
    unknown = [key for key, _, _ in pairs if key not in _NUMBER_KEYS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(_NUMBER_KEYS)}")
    return _converted({_NUMBER_KEYS[key]: value for key, _, value in pairs})


def _converted(given: Mapping[str, Any]) -> NumberConfig:
    try:
        return msgspec.convert(given, NumberConfig, strict=False)
    except msgspec.ValidationError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _scenario(given: str) -> Scenario:
    path = Path(given)
    try:
        if given in shipped():
            return read_scenario(shipped()[given], f"{given}.yaml")
        return read_scenario(path.read_text("utf-8"), path.name)
    except (ScenarioError, OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _numbers_of_the_product(variable: str) -> list[NumberConfig]:
    """The product's own list of further numbers: the same variable does for both programs."""
    listed = msgspec.json.decode(variable or "[]", type=list[dict[str, Any]])
    renamed = [{("verified_name" if key == "name" else key): value for key, value in one.items()} for one in listed]
    known = set(_NUMBER_KEYS.values())
    return [_converted({key: value for key, value in one.items() if key in known}) for one in renamed]


def _announcement(sim: Simulator, host: str, port: int, chosen: Mapping[str, object]) -> str:
    """Where it listens, its numbers, and the secrets that were made up because nobody gave them."""
    lines = [f"plantao_simulator: http://{host}:{port} -> {sim.config.webhook_url}"]
    lines += [f"  {number.id}  {number.display_phone}" for number in list(sim.business.numbers.values())[1:]]
    for _, variable, field, _ in _SETTINGS:
        if field in _SECRETS and field not in chosen:
            lines.append(f"  {variable}={getattr(sim.config, field)}")
    return "\n".join(lines)


def _config(given: argparse.Namespace) -> tuple[SimulatorConfig, dict[str, Any]]:
    chosen: dict[str, Any] = {field: getattr(given, field) for _, _, field, _ in _SETTINGS if getattr(given, field)}
    if "app_secret" in chosen:  # during a rotation there are two, comma separated: Meta signs with the current one
        chosen["app_secret"] = chosen["app_secret"].partition(",")[0].strip()
    numbers = given.numbers or _numbers_of_the_product(os.environ.get(_NUMBERS, ""))
    return SimulatorConfig(**chosen, numbers=tuple(numbers), seed=given.seed, status_jitter=_JITTER), chosen


async def _serve(sim: Simulator, given: argparse.Namespace) -> None:
    begin = (lambda: sim.stage.begin(given.scenario, given.speed)) if given.scenario else None
    await serve_forever(sim, given.host, given.port, begin)


def main(arguments: list[str] | None = None) -> int:
    """Runs until interrupted; exit code 1 with one line if the address is taken."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        config, chosen = _config(given)
        sim = create_simulator(config)
    except (argparse.ArgumentTypeError, msgspec.MsgspecError, ValueError) as error:
        parser.error(f"{_NUMBERS}: {error}")
    print(_announcement(sim, given.host, given.port, chosen), flush=True)  # noqa: T201 - a program says where it is
    try:
        asyncio.run(_serve(sim, given))
    except OSError as error:
        print(f"plantao_simulator: {given.host}:{given.port}: {error.strerror}", file=sys.stderr)  # noqa: T201 - likewise
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
