"""A cursor over the bytes of a request."""

import struct


class Buffer:
    """Reads little-endian numbers and UTF-16 text from the front. Raises `EOFError` past the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, length: int) -> bytes:
        if length > self.left:
            raise EOFError(f"{length} bytes wanted, {self.left} left")
        self._at += length
        return self._data[self._at - length : self._at]

    def peek(self) -> int:
        return self._data[self._at]

    def unpack(self, form: str) -> int:
        value: int = struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]
        return value

    def u8(self) -> int:
        return self.unpack("B")

    def u16(self) -> int:
        return self.unpack("H")

    def u32(self) -> int:
        return self.unpack("I")

    def u64(self) -> int:
        return self.unpack("Q")

    def text(self, characters: int) -> str:
        """`characters` counts UTF-16 units."""
        return self.take(characters * 2).decode("utf-16-le")

    def b_varchar(self) -> str:
        return self.text(self.u8())

    def skip_all_headers(self) -> None:
        """The total length (itself included), then headers that we have no use for."""
        self.take(self.u32() - 4)


def b_varchar(text: str) -> bytes:
    return bytes([units(text)]) + text.encode("utf-16-le")


def us_varchar(text: str) -> bytes:
    return struct.pack("<H", units(text)) + text.encode("utf-16-le")


def units(text: str) -> int:
    """The length in UTF-16 units, as the protocol counts."""
    return len(text.encode("utf-16-le")) // 2
