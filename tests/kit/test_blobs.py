"""The store of large things: one suite over a directory and over a server that speaks S3."""

import asyncio
import os
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.s3 import BUCKET, s3_server

from plantao.kit import blobs as blobs_module
from plantao.kit.blobs import PART, PIECE, BlobMissing, Blobs, BlobsUnavailable, S3Access

MB = 1024 * 1024


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Access]:
    with s3_server() as access:
        yield access


@pytest.fixture(params=["directory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "directory":
        return Blobs((tmp_path / "not there yet").as_uri())
    return Blobs(f"s3://{BUCKET}/{tmp_path.name}", request.getfixturevalue("s3"))


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def whole(blobs: Blobs, key: str, start: int, end: int) -> bytes:
    return b"".join([piece async for piece in blobs.read(key, start, end)])


async def test_what_was_put_is_read_whole_and_in_parts(blobs: Blobs) -> None:
    data = os.urandom(PART + 3 * MB + 17)
    await blobs.put("ab/large", pieces(*(data[at : at + 65_536] for at in range(0, len(data), 65_536))))
    assert await whole(blobs, "ab/large", 0, len(data)) == data
    for start, end in ((0, 1), (PIECE - 1, PIECE + 1), (len(data) - 5, len(data)), (10, 3 * PIECE)):
        assert await whole(blobs, "ab/large", start, end) == data[start:end]
    await blobs.put("ab/small", pieces(b"a", b"", b"b"))
    assert await blobs.get("ab/small") == b"ab"


async def test_a_put_takes_the_place_of_another_wholly(blobs: Blobs) -> None:
    await blobs.put("k", pieces(b"first and longer"))
    await blobs.put("k", pieces(b"second"))
    assert await blobs.get("k") == b"second"


async def test_what_is_not_there_is_missing_and_may_be_deleted(blobs: Blobs) -> None:
    await blobs.put("k", pieces(b"x"))
    await blobs.delete("k")
    with pytest.raises(BlobMissing):
        await blobs.get("k")
    with pytest.raises(BlobMissing):
        await whole(blobs, "k", 0, 1)
    await blobs.delete("k")
    await blobs.delete("never/there")


@pytest.mark.parametrize("before", [0, 1, 2 * PART])
async def test_a_source_that_fails_leaves_nothing_to_be_seen(blobs: Blobs, before: int) -> None:
    async def failing() -> AsyncIterator[bytes]:
        for _ in range(0, before, MB):
            yield bytes(MB)
        raise LookupError("the other side is gone")

    with pytest.raises(LookupError):
        await blobs.put("k", failing())
    with pytest.raises(BlobMissing):
        await blobs.get("k")


async def test_who_is_told_to_stop_leaves_nothing_to_be_seen(blobs: Blobs) -> None:
    reached = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        for _ in range(7):
            yield bytes(MB)
        reached.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(blobs.put("k", stuck()))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(BlobMissing):
        await blobs.get("k")


async def test_more_than_there_is_cannot_be_read(blobs: Blobs) -> None:
    await blobs.put("k", pieces(b"four"))
    with pytest.raises(BlobsUnavailable):
        await whole(blobs, "k", 10, 20)


async def test_a_check_writes(blobs: Blobs) -> None:
    await blobs.check()
    assert await blobs.get(blobs_module.PROBE) == b"ok"


async def test_a_directory_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    away = Blobs((tmp_path / "file" / "below").as_uri())
    for work in (away.check(), away.put("k", pieces(b"x")), away.get("k")):
        with pytest.raises(BlobsUnavailable):
            await work


async def test_a_directory_that_vanishes_is_away_not_empty(tmp_path: Path) -> None:
    blobs = Blobs((tmp_path / "media").as_uri())
    await blobs.check()
    (tmp_path / "media").rename(tmp_path / "unmounted")
    (tmp_path / "media").write_bytes(b"in its place")
    with pytest.raises(BlobsUnavailable):
        await blobs.put("ab/k", pieces(b"x"))


async def test_a_bucket_that_is_not_there_or_not_ours_is_away(s3: S3Access) -> None:
    with pytest.raises(BlobsUnavailable):
        await Blobs("s3://nobodys", s3).check()


async def test_a_server_that_does_not_answer_is_away_soon(free_port: int) -> None:
    nowhere = S3Access(f"http://127.0.0.1:{free_port}", access_key="k", secret_key="s")
    async with asyncio.timeout(10):
        with pytest.raises(BlobsUnavailable):
            await Blobs(f"s3://{BUCKET}", nowhere).check()


@pytest.mark.parametrize("url", ["", "media", "/media", "file:", "file:///", "file://host/x", "s3://", "http://x/y"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="file:///path or s3://bucket"):
        Blobs(url)


KILLED = textwrap.dedent(
    """
    import asyncio, os, signal, sys
    from plantao.kit.blobs import Blobs

    async def chunks():
        for _ in range(12):
            yield bytes(1024 * 1024)
        os.kill(os.getpid(), signal.SIGKILL)
        yield b"never"

    asyncio.run(Blobs(sys.argv[1]).put("ab/k", chunks()))
    """
)


async def test_a_process_that_is_killed_leaves_what_delete_takes_away(tmp_path: Path) -> None:
    url = (tmp_path / "media").as_uri()
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, url)
    assert await killed.wait() == -9
    left = list((tmp_path / "media" / "ab").iterdir())
    assert [path.name for path in left] == ["k#1"]
    blobs = Blobs(url)
    with pytest.raises(BlobMissing):
        await blobs.get("ab/k")
    await blobs.delete("ab/k")
    assert list((tmp_path / "media" / "ab").iterdir()) == []


async def test_a_file_and_its_name_are_on_the_disk_before_put_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    await Blobs((tmp_path / "media").as_uri()).put("ab/k", pieces(b"x"))
    assert synced == [tmp_path / "media/ab/k", tmp_path / "media/ab", tmp_path / "media"]
