"""Prints docs/whatsapp-errors.md: `.venv/bin/python scripts/whatsapp_errors_doc.py > docs/whatsapp-errors.md`."""

from plantao.whatsapp.graph.error_table import Backoff, ErrorClass, rows

HEAD = """# Meta's error codes

Written by `scripts/whatsapp_errors_doc.py` from `whatsapp/graph/error_table.py`: change that, and run it again. A code
means the same in Meta's answer to a send and in a later `failed` status. The agent reads the last two columns as the
message's `error.title` and `error.detail`; Meta's own words are in the log (`send_failed`, `delivery_failed`).

| class | what happens |\n|---|---|
"""
MEANINGS = {
    ErrorClass.RETRY: "the message is tried again, and fails when its attempts are used up",
    ErrorClass.WAIT: "as `retry`, with longer waits; other messages go on",
    ErrorClass.THROTTLED_PAIR: "as `retry`; meanwhile nothing else is sent to this customer by this number",
    ErrorClass.THROTTLED_NUMBER: "as `retry`; meanwhile nothing else is sent by this number",
    ErrorClass.THROTTLED_BULK: "as `retry`; meanwhile programs (`sent_by` `api`) send nothing by this number",
    ErrorClass.THROTTLED_ACCOUNT: "as `retry`; meanwhile nothing is sent by any number of the account",
    ErrorClass.TOKEN: "the number stops, its messages stay `queued`; every 30 seconds the token is tried",
    ErrorClass.CONFIGURATION: "the number stops, its messages stay `queued`; every 1 to 15 minutes one is tried",
    ErrorClass.OTHER_FORM: "who never wrote is tried once more with, or without, the ninth digit; then `failed`",
    ErrorClass.NEEDS_TEMPLATE: "`failed`; the conversation's window is closed (`window_expires_at`)",
    ErrorClass.PERMANENT: "`failed`",
}


def waits(backoff: Backoff | None) -> str:
    """`1 s, 4 s, 16 s ... 7 attempts`, in the largest unit that is whole."""
    if backoff is None:
        return ""
    seconds = [min(backoff.first * backoff.factor**n, backoff.longest) for n in range(backoff.attempts - 1)]
    first = ", ".join(_duration(second) for second in seconds[:3])
    return f"{first}{' ...' if len(seconds) > 3 else ''}; {backoff.attempts} attempts"


def _duration(seconds: float) -> str:
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def page() -> str:
    meanings = "".join(f"| `{kind}` | {MEANINGS[kind]} |\n" for kind in ErrorClass)
    head = "\n| code | Meta's name | class | waits | title | what to do |\n|---|---|---|---|---|---|\n"
    body = "".join(
        f"| {code} | {row.name} | `{row.error_class}` | {waits(row.backoff)} | {row.title} | {row.action} |\n"
        for code, row in rows()
    )
    return HEAD + meanings + head + body


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - its output is the page
