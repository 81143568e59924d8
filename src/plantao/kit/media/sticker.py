"""Stickers: WebP of one size, light when they stand still."""

from io import BytesIO

from PIL import Image

from plantao.kit.media.refusal import Facts, Refused

SIDE = 512  # pixels
STATIC_BYTES = 100 * 1024  # Meta's limit; five times as much for one that moves


def sticker(data: bytes, mime_type: str) -> tuple[Facts, bytes]:
    with Image.open(BytesIO(data), formats=["WEBP"]) as image:
        if image.size != (SIDE, SIDE):
            raise Refused("dimensions", "{}x{}".format(*image.size))
        is_animated = bool(getattr(image, "is_animated", False))
        if not is_animated and len(data) > STATIC_BYTES:
            raise Refused("weight")
        image.load()  # a header alone is no picture
        return {"mime_type": mime_type, "seconds": None, "animated": is_animated}, b""
