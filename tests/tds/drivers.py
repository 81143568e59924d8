"""The two real drivers, and what each needs to talk to the stand-in."""

import ctypes
import os
from typing import Any

_ODBC_NEEDS = ("libltdl.so.7", "libgssapi_krb5.so.2")


def drivers() -> list[str]:
    """Those that can be loaded here, as SQLAlchemy names them.

    mssql-python brings Microsoft's ODBC driver along, but not the system libraries that this one needs (Debian:
    libltdl7, libgssapi-krb5-2). Without them there is only pymssql, which needs none; but CI has to have them.
    """
    odbc = "CI" in os.environ or all(_loads(name) for name in _ODBC_NEEDS)
    return ["mssqlpython", "pymssql"] if odbc else ["pymssql"]


def query_of(driver: str, *, encrypted: bool) -> dict[str, str]:
    """The URL's parameters. ODBC 18 encrypts unless told otherwise; FreeTDS does what the server wants."""
    if driver == "pymssql":
        return {"tds_version": "7.4"}
    return {"Encrypt": "yes" if encrypted else "no", "TrustServerCertificate": "yes", "ConnectRetryCount": "0"}


def connect_args(driver: str) -> dict[str, Any]:
    """What the URL cannot say: pymssql cuts times to milliseconds unless told otherwise, with a bool."""
    return {"use_datetime2": True} if driver == "pymssql" else {}


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
