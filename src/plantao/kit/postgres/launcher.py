"""Runs a command as the unprivileged user that PostgreSQL wants; executed as a script, as root or not.

    python -I -S launcher.py run|detach self|UID:GID:none|UID:GID:read|UID:GID:override -- COMMAND...

`detach` leaves the command in a session of its own, as nobody's child: it survives us, Ctrl-C does not reach it.
`read` keeps CAP_DAC_READ_SEARCH so that the command can reach a directory that only root may cross; where that
capability is not granted (as in default containers), or with `override`, CAP_DAC_OVERRIDE does it.
"""

import ctypes
import os
import sys

# From linux/capability.h, linux/prctl.h and linux/securebits.h.
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
WANTED = {"none": (), "read": (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE), "override": (CAP_DAC_OVERRIDE,)}


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _first_permitted(libc: ctypes.CDLL, wanted: tuple[int, ...]) -> int:
    sets = (_Sets * 2)()
    _check(libc.capget(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), sets))
    for capability in wanted:
        if sets[0].permitted & (1 << capability):
            return capability
    raise OSError("neither CAP_DAC_READ_SEARCH nor CAP_DAC_OVERRIDE is granted")


def _keep_only(libc: ctypes.CDLL, capability: int) -> None:
    mask = 1 << capability
    sets = (_Sets * 2)(_Sets(mask, mask, mask))
    _check(libc.capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), sets))
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _become(uid: int, gid: int, wanted: tuple[int, ...]) -> None:
    """Gives up root and every capability but one of `wanted` (or all of them)."""
    libc = ctypes.CDLL(None, use_errno=True)
    capability = _first_permitted(libc, wanted) if wanted else None
    if wanted:
        # Not PR_SET_KEEPCAPS: access(2), by which PostgreSQL looks for its own files, ignores the
        # capabilities of an ordinary user unless this bit is set. It stays set in the command.
        _check(libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if capability is not None:
        _keep_only(libc, capability)


def main(mode: str, identity: str, command: list[str]) -> None:
    if identity != "self":
        uid, gid, keep = identity.split(":")
        try:
            _become(int(uid), int(gid), WANTED[keep])
        except OSError as error:
            sys.exit(
                f"launcher refused: as root, PostgreSQL must run as user {uid}, which failed ({error}): run as an "
                f"ordinary user, or grant SETUID, SETGID, SETPCAP and DAC_READ_SEARCH (or DAC_OVERRIDE)"
            )
    if mode == "detach":
        if os.fork():
            os._exit(0)
        os.setsid()
    os.execv(command[0], command)  # noqa: S606 (this is what it is for; no shell)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[4:])
