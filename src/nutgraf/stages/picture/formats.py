"""The structure of PNG, JPEG, GIF and WebP files: their extent in pixels and bytes, frames included.

PNG: W3C PNG (Third Edition), sections 5 and 11. JPEG: ITU-T T.81, annex B. GIF: GIF89a Specification (1990).
WebP: RFC 9649.
"""

from __future__ import annotations

from typing import NamedTuple

MAX_PARTS = 20_000
"""Chunks, segments or blocks of one file; real ones have dozens, a long GIF some thousands."""
MAX_FRAMES = 100

_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})


class NotThisFormat(Exception):
    """The file does not have the structure that its first bytes promise."""


class Extent(NamedTuple):
    """How large a picture is: its largest frame in pixels, and its file in bytes up to where the picture ends."""

    width: int
    height: int
    size_bytes: int


def read_png(data: bytes) -> Extent:
    """Walk the chunks from IHDR to IEND. Raises NotThisFormat."""
    position, has_pixels, frames = 8, False, 0
    width, height = _big(data, 16, 4), _big(data, 20, 4)
    if data[12:16] != b"IHDR" or _big(data, 8, 4) != 13 or not width or not height:
        raise NotThisFormat
    for _ in range(MAX_PARTS):
        length, kind = _big(data, position, 4), data[position + 4 : position + 8]
        position += 12 + length
        if position > len(data):
            raise NotThisFormat
        has_pixels |= kind == b"IDAT"
        frames += kind == b"fcTL"
        if kind == b"IEND" and has_pixels and frames <= MAX_FRAMES:
            return Extent(width, height, position)
    raise NotThisFormat


def read_jpeg(data: bytes) -> Extent:
    """Walk the segments up to the scan, then take the last end-of-image marker. Raises NotThisFormat."""
    position, width, height = 2, 0, 0
    for _ in range(MAX_PARTS):
        if data[position] != 0xFF:
            raise NotThisFormat
        while data[position] == 0xFF:
            position += 1
        marker = data[position]
        position += 1
        if marker in _BARE_MARKERS:
            continue
        length = _big(data, position, 2)
        if length < 2 or position + length > len(data):
            raise NotThisFormat
        if marker in _SOF:
            height = max(height, _big(data, position + 3, 2))
            width = max(width, _big(data, position + 5, 2))
        if marker == 0xDA:
            end = data.rfind(b"\xff\xd9", position + length)
            if end < 0 or not width or not height:
                raise NotThisFormat
            return Extent(width, height, end + 2)
        position += length
    raise NotThisFormat


def read_gif(data: bytes) -> Extent:
    """Walk the blocks to the trailer. Raises NotThisFormat."""
    width, height = _little(data, 6, 2), _little(data, 8, 2)
    position = 13 + _colour_table_bytes(data[10])
    frames = 0
    for _ in range(MAX_PARTS):
        block = data[position]
        if block == 0x3B and frames:
            return Extent(width, height, position + 1)
        if block == 0x21:
            position = _skip_sub_blocks(data, position + 2)
        elif block == 0x2C:
            frames += 1
            width = max(width, _little(data, position + 1, 2) + _little(data, position + 5, 2))
            height = max(height, _little(data, position + 3, 2) + _little(data, position + 7, 2))
            position += 10 + _colour_table_bytes(data[position + 9])
            position = _skip_sub_blocks(data, position + 1)
        else:
            raise NotThisFormat
        if frames > MAX_FRAMES:
            raise NotThisFormat
    raise NotThisFormat


def _colour_table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _skip_sub_blocks(data: bytes, position: int) -> int:
    """The position after a chain of sub-blocks; each turn moves on by a byte at least, so that it ends."""
    while size := data[position]:
        position += 1 + size
    return position + 1


def read_webp(data: bytes) -> Extent:
    """Walk the chunks of the RIFF container, those within frames too. Raises NotThisFormat."""
    end = 8 + _little(data, 4, 4)
    if data[8:12] != b"WEBP" or end > len(data):
        raise NotThisFormat
    width = height = frames = pictures = 0
    position = 12
    for _ in range(MAX_PARTS):
        if position >= end:
            break
        kind, length = data[position : position + 4], _little(data, position + 4, 4)
        start = position + 8
        if start + length > end:
            raise NotThisFormat
        size = _webp_size(data, kind, start)
        width, height = max(width, size[0]), max(height, size[1])
        pictures += kind in (b"VP8 ", b"VP8L")
        frames += kind == b"ANMF"
        # A frame is a chunk that holds chunks: go on within it.
        position = start + (16 if kind == b"ANMF" else length + length % 2)
    if position < end or not pictures or frames > MAX_FRAMES or not width or not height:
        raise NotThisFormat
    return Extent(width, height, end)


def _webp_size(data: bytes, kind: bytes, start: int) -> tuple[int, int]:
    if kind == b"VP8 ":
        if data[start + 3 : start + 6] != b"\x9d\x01\x2a":
            raise NotThisFormat
        return _little(data, start + 6, 2) & 0x3FFF, _little(data, start + 8, 2) & 0x3FFF
    if kind == b"VP8L":
        if data[start] != 0x2F:
            raise NotThisFormat
        bits = _little(data, start + 1, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return _little(data, start + 4, 3) + 1, _little(data, start + 7, 3) + 1
    if kind == b"ANMF":
        return _little(data, start + 6, 3) + 1, _little(data, start + 9, 3) + 1
    return 0, 0


def _big(data: bytes, position: int, length: int) -> int:
    return int.from_bytes(_exactly(data, position, length))


def _little(data: bytes, position: int, length: int) -> int:
    return int.from_bytes(_exactly(data, position, length), "little")


def _exactly(data: bytes, position: int, length: int) -> bytes:
    found = data[position : position + length]
    if len(found) < length:
        raise NotThisFormat
    return found
