"""`python -m plantao_simulator`: the simulator as a program. Flags win over the environment."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from plantao_simulator.config import SimulatorConfig
from plantao_simulator.factory import create_simulator
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


_SECRETS = {"access_token", "app_secret", "verify_token"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="plantao_simulator", description="A stand-in for Meta's WhatsApp Cloud API.")
    parser.add_argument("--host", default=os.environ.get("PLANTAO_SIMULATOR_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=os.environ.get("PLANTAO_SIMULATOR_PORT", "8090"))
    for flag, variable, field, text in _SETTINGS:
        parser.add_argument(flag, dest=field, default=os.environ.get(variable), help=f"{text} [{variable}]")
    return parser


def _announcement(sim: Simulator, host: str, port: int, chosen: dict[str, str]) -> str:
    """Where it listens, and the secrets that were made up because nobody gave them."""
    lines = [f"plantao_simulator: http://{host}:{port} -> {sim.config.webhook_url}"]
    for _, variable, field, _ in _SETTINGS:
        if field in _SECRETS and field not in chosen:
            lines.append(f"  {variable}={getattr(sim.config, field)}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Runs until interrupted; exit code 1 with one line if the address is taken."""
    given = _parser().parse_args(arguments)
    chosen = {field: getattr(given, field) for _, _, field, _ in _SETTINGS if getattr(given, field)}
    if "app_secret" in chosen:  # during a rotation there are two, comma separated: Meta signs with the current one
        chosen["app_secret"] = chosen["app_secret"].partition(",")[0].strip()
    sim = create_simulator(SimulatorConfig(**chosen))
    print(_announcement(sim, given.host, given.port, chosen), flush=True)  # noqa: T201 - a program says where it is
    try:
        asyncio.run(serve_forever(sim, given.host, given.port))
    except OSError as error:
        print(f"plantao_simulator: {given.host}:{given.port}: {error.strerror}", file=sys.stderr)  # noqa: T201 - likewise
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
