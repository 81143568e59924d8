"""`python -m bench [--quick] [part ...]`, parts being those below: measures, and prints Markdown tables."""

import argparse
import subprocess
import time
from typing import Any

import uvloop

from bench import console, idle, intake, lists, media, push, send, sockets, storm
from bench.report import Figure, load_average, machine, table
from bench.system import compiled_modules
from plantao.kit.postgres.layout import find_binaries

# Each has FULL, QUICK and `measure(size)`, which answers figures.
MODULES: dict[str, Any] = {
    "intake": intake,
    "push": push,
    "send": send,
    "lists": lists,
    "sockets": sockets,
    "media": media,
    "idle": idle,
    "storm": storm,
    "console": console,
}
PARTS = tuple(MODULES)
TITLES = {
    "intake": "Intake: webhooks in",
    "push": "Push: webhook to screens",
    "send": "Send: out to Meta",
    "lists": "Lists: a house of many years",
    "sockets": "Sockets: many on one process",
    "media": "Media: a document of 100 MB",
    "idle": "Idle: start and memory",
    "storm": "Storm: twice, in disorder, not to be read",
    "console": "Console: in a browser, with 10,000 conversations",
}


async def measure(part: str, *, quick: bool) -> list[Figure]:
    module = MODULES[part]
    figures: list[Figure] = await module.measure(module.QUICK if quick else module.FULL)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; without any, all of them")
    parser.add_argument("--quick", action="store_true", help="one short round of each, for a first look")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    parts = [known for known in PARTS if known in arguments.parts or not arguments.parts]
    began = time.monotonic()
    print(machine(_postgres_version()), flush=True)
    with compiled_modules():
        for part in parts:
            print(table(TITLES[part], uvloop.run(measure(part, quick=arguments.quick))), flush=True)
    print(f"\nLoad average after: {load_average()}; measured in {time.monotonic() - began:.0f} s.")


def _postgres_version() -> str:
    asked = [str(find_binaries() / "bin/postgres"), "--version"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[-1]


if __name__ == "__main__":
    main()
