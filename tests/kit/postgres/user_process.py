"""A process that uses the embedded server, to be run and killed by the tests.

    python user_process.py DATA_DIR OPTIONS      (OPTIONS: the constructor's keyword arguments as JSON)

Says in one line of JSON what became of start(), waits for the end of its input, stops. With the environment variable
WITHOUT_CAPABILITIES (numbers, comma separated) it lives without those, as in a container that withholds them.
"""

import ctypes
import json
import os
import sys
from pathlib import Path

from plantao.kit.postgres import EmbeddedPostgres, PostgresError

PR_CAPBSET_DROP = 24


def main(data_dir: str, options: str) -> None:
    server = EmbeddedPostgres(Path(data_dir), **json.loads(options))
    try:
        server.start()
    except PostgresError as error:
        say({"error": type(error).__name__, "message": str(error)})
        return
    say({"url": server.url()})
    sys.stdin.read()
    server.stop()


def say(answer: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def give_up(capabilities: str) -> None:
    """Root gets at exec what its bounding set allows, so drop from that, then exec ourselves."""
    libc = ctypes.CDLL(None, use_errno=True)
    for number in capabilities.split(","):
        if libc.prctl(PR_CAPBSET_DROP, int(number), 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 (this very program, again)


if __name__ == "__main__":
    if withheld := os.environ.pop("WITHOUT_CAPABILITIES", ""):
        give_up(withheld)
    main(sys.argv[1], sys.argv[2])
