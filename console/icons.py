"""Draws the console's icons as PNGs, for devices that install it: the same drawing as `public/favicon.svg`.

They are made with the console, not kept: nobody can review a changed PNG.
"""

from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

BOX: Final = 32  # the drawing's own units, as in the SVG
FINER: Final = 4  # drawn larger and made smaller: Pillow draws no smooth edges
GREEN: Final = "#0f766e"
WHITE: Final = "#ffffff"
LIGHT: Final = "#5eead4"
TAIL: Final = ((9.5, 20), (9.5, 25.2), (10.65, 25.73), (15.5, 21.5))


def draw_icons(target: Path) -> None:
    """`192.png` and `512.png`, and what fills its square, for systems that cut the corners themselves."""
    target.mkdir(parents=True, exist_ok=True)
    for name, size, corner in (("192", 192, 9), ("512", 512, 9), ("maskable-512", 512, 0), ("apple-180", 180, 0)):
        draw_icon(size, corner).save(target / f"{name}.png", optimize=True)


def draw_icon(size: int, corner: float) -> Image.Image:
    """`size` in pixels, `corner` in units of the drawing."""
    scale = size * FINER / BOX
    image = Image.new("RGBA", (size * FINER, size * FINER))
    pen = ImageDraw.Draw(image)

    def rounded(left: float, top: float, right: float, bottom: float, radius: float, colour: str) -> None:
        pen.rounded_rectangle([edge * scale for edge in (left, top, right, bottom)], radius * scale, fill=colour)

    rounded(0, 0, BOX, BOX, corner, GREEN)

    def disc(x: float, y: float, radius: float, colour: str) -> None:
        pen.circle((x * scale, y * scale), radius * scale, fill=colour)

    rounded(6.5, 9.5, 24.5, 22, 4, WHITE)  # the bubble,
    pen.polygon([(x * scale, y * scale) for x, y in TAIL], fill=WHITE)
    disc(10.2, 25.2, 0.7, WHITE)  # its tail, with a round end,
    disc(23.5, 10.5, 5.2, GREEN)
    disc(23.5, 10.5, 3.4, LIGHT)  # and that somebody is on duty
    return image.resize((size, size), Image.Resampling.LANCZOS).quantize(64)
