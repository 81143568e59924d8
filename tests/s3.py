"""A server that speaks S3, on loopback, with one bucket that is empty at first."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from moto.server import ThreadedMotoServer

from plantao.kit.blobs import S3Access

BUCKET = "plantao"


@contextmanager
def s3_server() -> Iterator[S3Access]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = S3Access(f"http://{host}:{port}", access_key="k", secret_key="s")
    assert httpx2.put(f"{access.endpoint}/{BUCKET}", trust_env=False).status_code == 200
    yield access
    server.stop()
