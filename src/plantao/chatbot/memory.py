"""What was learnt, kept between starts: a start need not learn again what has not changed.

A file in the data directory, named after everything that it was made from: the examples, and the code that read them.
One that is missing, damaged or of another day is as if it were not there.
"""

import hashlib
import os
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import msgspec
import structlog

from plantao.chatbot.classifier import Classifier, Example, Learnt

log = structlog.get_logger(__name__)

KEPT = 3  # files: what is shipped, what the provider taught, and what was taught before that
_MADE_BY = ("classifier.py", "features.py", "lexicon.py")  # a change in these is another classifier


def learn(examples: Sequence[Example], directory: Path) -> Classifier:
    """From the file if it is there; else learnt now, and kept for the next start."""
    path = directory / f"{_fingerprint(examples)}.msgpack"
    if (known := _read(path)) is not None:
        return known
    made = Classifier.train(examples)
    _write(path, made.learnt())
    return made


def _fingerprint(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256(f"{sys.byteorder} {sys.version_info[:2]} {struct.calcsize('d')}".encode())
    for name in _MADE_BY:
        digest.update(files("plantao.chatbot").joinpath(name).read_bytes())
    for intent, text in examples:
        digest.update(f"{intent}\0{text}\0".encode())
    return digest.hexdigest()[:32]


def _read(path: Path) -> Classifier | None:
    try:
        known = Classifier.recall(msgspec.msgpack.decode(path.read_bytes(), type=Learnt))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # msgspec's errors are ValueErrors
        log.warning("learnt_unreadable", error=type(error).__name__)
        return None
    with suppress(OSError):
        os.utime(path)  # it is of use still
    return known


def _write(path: Path, learnt: Learnt) -> None:
    """Whole or not at all, and in the place of the oldest. Where nothing can be written, each start learns again."""
    draft = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    try:
        path.parent.mkdir(exist_ok=True)
        draft.write_bytes(msgspec.msgpack.encode(learnt))
        draft.replace(path)
    except FileNotFoundError:
        return  # there is no data directory: this process keeps nothing on this disk
    except OSError as error:
        log.warning("learnt_not_kept", error=type(error).__name__)
        return
    _forget_the_oldest(path.parent)


def _forget_the_oldest(directory: Path) -> None:
    with suppress(OSError):  # another process may do the same
        newest_first = sorted(directory.glob("*.msgpack"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for old in newest_first[KEPT:]:
            old.unlink()
