"""Pictures built byte by byte, for tests of what is taken and what is not."""

from __future__ import annotations

import struct
import zlib


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, shade: int = 0, claims: tuple[int, int] | None = None) -> bytes:
    """A grey PNG; `claims` are the sides that its header gives where those are to be others."""
    header = struct.pack(">IIBBBBB", *(claims or (width, height)), 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes([shade]) * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """The segments of a JPEG with a scan that holds nothing."""
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\1\0\0\x3f\0" + b"\x12\x34"
    return b"\xff\xd8" + app0 + frame + scan + b"\xff\xd9"


def gif(width: int, height: int, *, frames: int = 1, frame_at: tuple[int, int] = (0, 0)) -> bytes:
    """A GIF of two colours whose frames have its size."""
    frame = b"\x2c" + struct.pack("<HHHHB", *frame_at, width, height, 0) + b"\2\2\x4c\1\0"
    extension = b"\x21\xf9\4\0\0\0\0\0"
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return screen + (extension + frame) * frames + b"\x3b"


def webp(width: int, height: int, *, canvas: tuple[int, int] | None = None) -> bytes:
    """A lossless WebP, on a canvas of its own size where one is given."""
    bits = (width - 1) | (height - 1) << 14
    picture = b"VP8L" + struct.pack("<IB", 6, 0x2F) + struct.pack("<I", bits) + b"\0"
    if canvas is not None:
        sides = b"".join((side - 1).to_bytes(3, "little") for side in canvas)
        picture = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + sides + picture
    return b"RIFF" + struct.pack("<I", 4 + len(picture)) + b"WEBP" + picture


def ico(*pictures: bytes, claims: int = 32) -> bytes:
    """An icon file of these pictures, PNG or bitmaps; its directory gives each the side `claims`."""
    offset = 6 + 16 * len(pictures)
    directory = b""
    for picture in pictures:
        directory += struct.pack("<BBBBHHII", claims, claims, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    return b"\0\0\1\0" + struct.pack("<H", len(pictures)) + directory + b"".join(pictures)


def bitmap(width: int, height: int) -> bytes:
    """A bitmap as icons hold them: without a file header, its mask below it."""
    header = struct.pack("<IiiHHIIiiII", 40, width, height * 2, 1, 32, 0, 0, 0, 0, 0, 0)
    return header + bytes(min(width * height, 4_096) * 4)
