"""From an interactive message's payload (`conversations.contents`) to its record."""

from typing import Any

from plantao.whatsapp.graph.checks import PayloadError
from plantao.whatsapp.graph.interactive import (
    Button,
    Buttons,
    CtaUrl,
    Flow,
    Header,
    HeaderFile,
    HeaderKind,
    Interactive,
    ListMenu,
    LocationRequest,
    Row,
    Section,
)

Payload = dict[str, Any]


def interactive(body: str, payload: Payload) -> Interactive:
    """Raises `PayloadError` for a kind that is not known."""
    if "list" in payload:  # queued by version 2.0, which knew the survey's list alone
        menu = payload["list"]
        return ListMenu(body, menu["button"], [Section(_rows(menu))])
    frame: Payload = {"header": _header(payload.get("header")), "footer": payload.get("footer")}
    match payload.get("kind"):
        case "buttons":
            return Buttons(body, [Button(one["id"], one["title"]) for one in payload["buttons"]], **frame)
        case "list":
            sections = [Section(_rows(section), section.get("title")) for section in payload["sections"]]
            return ListMenu(body, payload["button"], sections, **frame)
        case "cta_url":
            return CtaUrl(body, payload["display_text"], payload["url"], **frame)
        case "flow":
            return _flow(body, payload, frame)
        case "location_request":
            return LocationRequest(body)
        case kind:
            raise PayloadError("kind", f"O WhatsApp não envia mensagens interativas do tipo {kind}.")


def _rows(section: Payload) -> list[Row]:
    return [Row(row["id"], row["title"], row.get("description")) for row in section["rows"]]


def _header(header: str | Payload | None) -> Header | None:
    if isinstance(header, dict):
        return HeaderFile(HeaderKind(header["type"]), header["link"], header.get("filename"))
    return header


def _flow(body: str, payload: Payload, frame: Payload) -> Flow:
    return Flow(
        body,
        payload["button"],
        flow_id=payload.get("flow_id"),
        flow_name=payload.get("flow_name"),
        token=payload.get("flow_token"),
        action=payload.get("action"),
        screen=payload.get("screen"),
        data=payload.get("data"),
        draft=payload.get("mode") == "draft",
        **frame,
    )
