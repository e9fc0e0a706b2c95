"""What stands in the file of a picture beside the picture: private parts, and whatever follows its end.

A phone hangs a film with its place behind a photograph, a screenshot that was cropped may carry all that was
cut away behind its last part, and no decoder looks there. So the parts that make up a picture are known by
name (ISO/IEC 10918-1 annex B with JFIF and ICC.1 annex B, PNG third edition §11, GIF89a, RFC 9649).
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

_MARKER: Final = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
_JPEG_TELLING: Final = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_PNG_CHUNKS: Final = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"cHRM", b"cICP", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD"),
        *(b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT"),
    }
)
_WEBP_CHUNKS: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def has_strays(body: bytes, kind: str) -> bool:
    """Say whether the file of a picture (JPEG, PNG, GIF or WEBP) holds more than the picture.

    A file whose parts cannot be followed to the end has some: nobody knows what the rest is.
    """
    return _WALKS[kind](body) != len(body)


def _jpeg(body: bytes) -> int | None:
    """Give where the picture ends, None where something else stands before; so do all of these."""
    at = 2
    while found := _MARKER.search(body, at):
        marker, at = found[1][0], found.end()
        if marker == 0xD9:
            return at
        size = int.from_bytes(body[at : at + 2])
        says = body[at + 2 : at + size]
        is_telling = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if size < 2 or (is_telling and not says.startswith(_JPEG_TELLING.get(marker, says + b"."))):
            return None
        if marker == 0xE0 and size > 16:  # a small picture of its own, perhaps of what was cut away
            return None
        at += size
    return None


def _png(body: bytes) -> int | None:
    at = 8
    while kind := body[at + 4 : at + 8]:
        at += 12 + int.from_bytes(body[at : at + 4])
        if kind == b"IEND":
            return at
        if kind not in _PNG_CHUNKS:
            return None
    return None


def _gif(body: bytes) -> int | None:
    at = 13 + _colours(body[10:11])
    while kind := body[at : at + 1]:
        if kind == b";":
            return at + 1
        if kind == b",":
            at = _after_blocks(body, at + 11 + _colours(body[at + 9 : at + 10]))
        elif body[at : at + 2] == b"!\xf9" or (
            body[at : at + 3] == b"!\xff\x0b" and body[at + 3 : at + 14] in _LOOPS
        ):
            at = _after_blocks(body, at + 2)
        else:
            return None
    return None


def _colours(flags: bytes) -> int:
    """Give the bytes of a table of colours, 0 where there is none."""
    packed = int.from_bytes(flags)
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0


def _after_blocks(body: bytes, at: int) -> int:
    while size := int.from_bytes(body[at : at + 1]):
        at += 1 + size
    return at + 1


def _webp(body: bytes) -> int | None:
    at = 12
    while kind := body[at : at + 4]:
        if kind not in _WEBP_CHUNKS:
            return None
        size = int.from_bytes(body[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return at if at == 8 + int.from_bytes(body[4:8], "little") else None


_WALKS: Final[Mapping[str, Callable[[bytes], int | None]]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "GIF": _gif,
    "WEBP": _webp,
}
