"""`/docs`: Swagger UI from the installed package, on a page of our own. Nothing of it comes from elsewhere."""

import asyncio
import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Final

from fastapi import APIRouter, Request, Response

from plantao.kit.errors import NotFound

router = APIRouter(include_in_schema=False)

# Only what the page needs. Swagger UI's pictures are data URIs in its style sheet.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
    "docs.js": "text/javascript",
}
_OWN: Final = files("plantao.documents") / "static"
_SWAGGER: Final = files("fastapi_swagger") / "resources"


@dataclass(frozen=True, slots=True)
class _Asset:
    plain: bytes
    packed: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class _Site:
    """`version` names all assets together: another one has other addresses, so each may be kept for ever."""

    page: bytes
    assets: dict[str, _Asset]
    version: str


@cache
def _site() -> _Site:
    """Read and compressed once a process."""
    assets = {}
    for name, media_type in _TYPES.items():
        content = (_OWN if name == "docs.js" else _SWAGGER).joinpath(name).read_bytes()
        assets[name] = _Asset(content, gzip.compress(content, mtime=0), media_type)
    version = hashlib.sha256(b"".join(asset.plain for asset in assets.values())).hexdigest()[:16]
    page = Template(_OWN.joinpath("docs.html").read_text(encoding="utf-8")).substitute(version=version)
    return _Site(page.encode(), assets, version)


@router.get("/docs")
async def docs() -> Response:
    """The page."""
    site = await asyncio.to_thread(_site)
    return Response(site.page, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/{name}")
async def docs_asset(name: str, request: Request) -> Response:
    """A file of the page. Raises `NotFound`."""
    site = await asyncio.to_thread(_site)
    asset = site.assets.get(name)
    if asset is None:
        raise NotFound("Arquivo não encontrado.")
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{site.version}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(asset.plain, media_type=asset.media_type, headers=headers)
    return Response(asset.packed, media_type=asset.media_type, headers=headers | {"Content-Encoding": "gzip"})
