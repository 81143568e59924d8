"""Files of the customers' phones: uploads, recordings, parts of files; and voice notes that are played."""

from __future__ import annotations

import io

import av
from tests.simulator.conftest import Bench

from plantao_simulator import Status
from plantao_simulator.recordings import as_voice_note
from plantao_simulator.samples import sample

PHONE = "+5511999999999"


async def test_a_file_is_uploaded_and_then_written(bench: Bench) -> None:
    ana = bench.sim.customer("Ana", phone=PHONE)
    kept = await bench.client.post(
        "/_sim/media?filename=laudo.pdf", content=b"%PDF-1.7 laudo", headers={"Content-Type": "application/pdf"}
    )
    assert kept.status_code == 201
    file = kept.json()
    assert file == {"id": file["id"], "mime_type": "application/pdf", "filename": "laudo.pdf", "size": 14}
    writing = {"type": "document", "media": file["id"], "caption": "Segue"}
    assert (await bench.control("POST", f"/customers/{ana.id}/messages", writing)).status_code == 201
    [message] = await bench.receiver.messages(1)
    document = message["document"]
    assert (document["id"], document["filename"], document["mime_type"]) == (file["id"], "laudo.pdf", "application/pdf")
    refused = await bench.control("POST", f"/customers/{ana.id}/messages", {"type": "image", "media": "1"})
    assert (refused.status_code, refused.json()) == (400, {"error": "there is no such media"})


async def test_a_recording_of_a_browser_becomes_a_voice_note(bench: Bench) -> None:
    kept = await bench.client.post("/_sim/media?voice=1", content=_webm(), headers={"Content-Type": "audio/webm"})
    file = kept.json()
    assert (kept.status_code, file["mime_type"]) == (201, "audio/ogg; codecs=opus")
    content = (await bench.client.get(f"/_sim/media/{file['id']}")).content
    with av.open(io.BytesIO(content), "r") as ogg:
        stream = ogg.streams.audio[0]
        assert (ogg.format.name, stream.codec_context.name) == ("ogg", "opus")
        assert sum(int(frame.samples) for frame in ogg.decode(stream)) >= 48_000  # the second that was recorded
    refused = await bench.client.post(
        "/_sim/media?voice=1", content=b"no sound", headers={"Content-Type": "audio/webm"}
    )
    assert (refused.status_code, refused.json()) == (400, {"error": "this is not a recording"})


def _webm() -> bytes:
    """One second of silence, in stereo, as a browser may record it."""
    made = io.BytesIO()
    with av.open(made, "w", format="webm") as target:
        stream = target.add_stream("libopus", rate=48_000, layout="stereo")
        frame = av.AudioFrame(format="s16", layout="stereo", samples=48_000)
        frame.sample_rate = 48_000
        frame.planes[0].update(bytes(48_000 * 4))
        target.mux([*stream.encode(frame), *stream.encode(None)])
    return made.getvalue()


def test_the_sample_voice_note_stays_one() -> None:
    assert as_voice_note(sample("audio")[0]).startswith(b"OggS")


async def test_players_read_parts_of_a_file(bench: Bench) -> None:
    media = bench.sim.media.add(b"0123456789", "audio/ogg", "voz.ogg")
    for asked, status, content in (
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=10-", 200, b"0123456789"),
        ("bytes=-3", 200, b"0123456789"),
    ):
        answer = await bench.client.get(f"/_sim/media/{media.id}", headers={"Range": asked})
        assert (asked, answer.status_code, answer.content) == (asked, status, content)
    answer = await bench.client.get(f"/_sim/media/{media.id}", headers={"Range": "bytes=2-4"})
    assert answer.headers["content-range"] == "bytes 2-4/10"


async def test_a_voice_note_is_played_once(bench: Bench) -> None:
    ana = bench.sim.customer("Ana", phone=PHONE)
    await bench.sim.write(ana, "oi")
    voice = bench.sim.media.add(*sample("audio"))
    note = {"messaging_product": "whatsapp", "to": PHONE, "type": "audio", "audio": {"id": voice.id, "voice": True}}
    await bench.graph(note)
    await bench.graph(note | {"audio": {"id": voice.id}})
    note_id, song_id = (send.wamid for send in bench.sim.sends)
    for message_id in (note_id, note_id):
        played = await bench.control("POST", f"/customers/{ana.id}/play", {"message_id": message_id})
        assert played.status_code == 200
    await bench.sim.wait_for_status(song_id, Status.DELIVERED)
    statuses = await bench.receiver.statuses(4)
    assert [s["id"] for s in statuses if s["status"] == "played"] == [note_id]
    refused = await bench.control("POST", f"/customers/{ana.id}/play", {"message_id": "wamid.none"})
    assert refused.status_code == 400


async def test_a_templates_button_says_where_it_leads(bench: Bench) -> None:
    header = {"type": "header", "parameters": [{"type": "document", "document": {"link": "https://example.com/f.pdf"}}]}
    named = [("nome", "João"), ("valor", "R$ 99,90")]
    body = {
        "type": "body",
        "parameters": [{"type": "text", "parameter_name": name, "text": value} for name, value in named],
    }
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "123"}]}
    template = {"name": "fatura_vencendo", "language": {"code": "pt_BR"}, "components": [header, body, button]}
    await bench.graph({"messaging_product": "whatsapp", "to": PHONE, "type": "template", "template": template})
    [message] = bench.sim.world.messages.values()
    assert message.shown is not None
    assert message.shown["buttons"][0]["url"] == "https://example.com/f/123"
