"""Runs the examples of docs/api.md as they are printed, against a running `make demo`, and looks at what they print."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
from websockets.sync.client import connect

BASE = "localhost:8000"
SECONDS = 60  # for one example
LOG_IN = {"email": "admin@email.com", "password": "admin123"}


def examples() -> dict[str, str]:
    """The code blocks below the heading Examples, by their language."""
    page = (Path(__file__).parents[1] / "docs/api.md").read_text(encoding="utf-8")
    section = page.partition("\n## Examples\n")[2].partition("\n## ")[0]
    found = dict(re.findall(r"^```(\w+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL))
    if set(found) != {"bash", "python", "javascript"}:
        sys.exit(f"docs/api.md has examples in {sorted(found)}")
    return found


def printed_by(*command: str) -> str:
    # What is run is our own page.
    ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    if ran.returncode != 0:
        sys.exit(f"{command[0]} ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}")
    return ran.stdout


def objects(text: str) -> list[Any]:
    """The JSON objects that stand one behind the other."""
    found, decoder = [], json.JSONDecoder()
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


def check(who: str, conversations: Any, message: Any) -> None:
    if conversations.get("total", 0) < 6 or len(conversations["conversations"]) < 6:
        sys.exit(f"{who} lists {conversations}")
    if message.get("status") != "queued" or not message["message_id"].startswith("msg-"):
        sys.exit(f"{who} sends {message}")


def check_socket(snippet: str) -> int:
    """What the snippet for browsers does: its address, its first frame, and an answer to each."""
    path = re.search(r"wss://[^/]+(/[^?']+\?token=)JWT_TOKEN", snippet)
    frame = re.search(r"type: '(\w+)',\s+conversation_id:", snippet)
    if path is None or frame is None:
        sys.exit("the snippet for browsers has changed")
    log_in = httpx2.post(f"http://{BASE}/api/v1/auth/login", json=LOG_IN, trust_env=False).json()
    headers = {"Authorization": f"Bearer {log_in['access_token']}"}
    listed = httpx2.get(f"http://{BASE}/api/v1/conversations", headers=headers, trust_env=False).json()
    conversation_id = listed["conversations"][0]["id"]
    with connect(f"ws://{BASE}{path[1]}{log_in['access_token']}", proxy=None) as socket:
        socket.send(json.dumps({"type": frame[1], "conversation_id": conversation_id}))
        while (heard := json.loads(socket.recv(timeout=10)))["type"] != "joined":
            pass
        socket.send('{"type": "ping"}')
        while json.loads(socket.recv(timeout=10))["type"] != "pong":
            pass
    return int(heard["last_seq"])


def main() -> None:
    found = examples()
    check("curl", *objects(printed_by("bash", "-euo", "pipefail", "-c", found["bash"])))
    check("Python", *map(ast.literal_eval, printed_by(sys.executable, "-c", found["python"]).splitlines()))
    last_seq = check_socket(found["javascript"])
    sys.stdout.write(f"examples: curl, Python and the socket agree; the newest conversation has {last_seq} messages\n")


main()
