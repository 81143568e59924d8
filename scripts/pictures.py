"""Makes the pictures of the README out of those that the browser tests leave.

CONSOLE_PICTURES=/tmp/pictures .venv/bin/python -m pytest -m browser -n 0 tests/console/test_accessible.py
.venv/bin/python scripts/pictures.py /tmp/pictures
"""

import sys
from pathlib import Path

from PIL import Image

TARGET = Path(__file__).parent.parent / "docs" / "pictures"
PICTURES = {"inbox": "thread-pc-light", "dashboard": "dashboard-reports-pc-dark", "phone": "thread-phone-light"}


def main(taken: Path) -> None:
    TARGET.mkdir(exist_ok=True)
    for name, screen in PICTURES.items():
        picture = Image.open(taken / f"{screen}.png").convert("RGB")
        picture.save(TARGET / f"{name}.webp", lossless=True, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
