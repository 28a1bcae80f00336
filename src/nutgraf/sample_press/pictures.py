"""Lead pictures and logos, drawn as PNG from a slug and a colour: the same slug gives the same picture."""

from __future__ import annotations

import functools
import hashlib
import math
import struct
import zlib
from collections.abc import Callable, Sequence

_WIDTH, _HEIGHT = 800, 450
_RIDGES = 4
_RIDGE_POINTS = 9
_PAPER, _SUN, _WHITE = (243, 238, 228), (247, 200, 115), (255, 255, 255)

_LOGO_SIDE = 96
_SAMPLES = 3  # along each axis of a logo's pixel

Colour = tuple[int, int, int]


@functools.lru_cache(maxsize=64)
def draw_lead_picture(slug: str, accent: str) -> bytes:
    """A quiet landscape of ridges under a sun, 800 by 450."""
    dice = hashlib.sha256(slug.encode()).digest()
    tint = _colour(accent)
    sky = _mix(_PAPER, tint, 0.12)
    palette = [sky, _SUN]
    palette += [_mix(sky, tint, 0.3 + ridge * 0.2) for ridge in range(_RIDGES)]
    tops = [_ridge_tops(dice[4 + ridge * 6 :], ridge) for ridge in range(_RIDGES)]
    sun_x, sun_y, sun_radius = 100 + dice[0] * 2.3, 75 + dice[1] * 0.3, 30 + dice[2] % 33
    rows = []
    for y in range(_HEIGHT):
        row = bytearray(_WIDTH)
        half = math.sqrt(max(0.0, sun_radius**2 - (y - sun_y) ** 2))
        left, right = max(0, round(sun_x - half)), min(_WIDTH, round(sun_x + half))
        row[left:right] = b"\1" * (right - left)
        for number, of_ridge in enumerate(tops):
            if y >= min(of_ridge):
                index = number + 2
                row = bytearray(index if y >= top else pixel for top, pixel in zip(of_ridge, row, strict=True))
        rows.append(bytes(row))
    return _indexed_png(_WIDTH, rows, palette)


@functools.lru_cache(maxsize=16)
def draw_logo(emblem: str, accent: str) -> bytes:
    """A square with a plain emblem in white, 96 by 96. Raises KeyError for an emblem that is not known."""
    is_white = _EMBLEMS[emblem]
    shades = _SAMPLES * _SAMPLES
    palette = [_mix(_colour(accent), _WHITE, shade / shades) for shade in range(shades + 1)]
    steps = [(step + 0.5) / _SAMPLES for step in range(_SAMPLES)]

    def shade(x: int, y: int) -> int:
        return sum(
            is_white((x + dx) / _LOGO_SIDE * 2 - 1, (y + dy) / _LOGO_SIDE * 2 - 1) for dx in steps for dy in steps
        )

    rows = [bytes(shade(x, y) for x in range(_LOGO_SIDE)) for y in range(_LOGO_SIDE)]
    return _indexed_png(_LOGO_SIDE, rows, palette)


def _waves(x: float, y: float) -> bool:
    """Three waves, as in a harbour."""
    return abs(x) < 0.68 and any(abs(y - middle - 0.1 * math.sin(x * 9)) < 0.085 for middle in (-0.4, 0.0, 0.4))


def _signal(x: float, y: float) -> bool:
    """A mast with two arcs."""
    distance = math.hypot(x, y - 0.45)
    is_arc = y < 0.45 - abs(x) * 0.8 and (abs(distance - 0.6) < 0.08 or abs(distance - 0.98) < 0.08)
    return distance < 0.17 or is_arc


def _leaf(x: float, y: float) -> bool:
    """A leaf with its rib."""
    along, across = (x - y) / math.sqrt(2), (x + y) / math.sqrt(2)
    return abs(along) < 0.85 and 0.05 < abs(across) < 0.46 * math.cos(along / 0.85 * math.pi / 2)


def _wards(x: float, y: float) -> bool:
    """Six fields."""
    return abs(x) < 0.66 and abs(y) < 0.66 and abs(y) > 0.06 and abs(abs(x) - 0.24) > 0.06


def _lake(x: float, y: float) -> bool:
    """The sun over water."""
    is_sun = y < 0.1 and math.hypot(x, y - 0.1) < 0.46
    return is_sun or any(abs(y - level) < 0.055 and abs(x) < reach for level, reach in ((0.32, 0.7), (0.56, 0.45)))


_EMBLEMS: dict[str, Callable[[float, float], bool]] = {
    "waves": _waves, "signal": _signal, "leaf": _leaf, "wards": _wards, "lake": _lake,
}  # fmt: skip
"""Whether a point of the square from -1 to 1 is white."""


def _ridge_tops(dice: bytes, index: int) -> list[int]:
    """For each column the row at which the ridge begins."""
    base, step = 200 + index * 63, _WIDTH / (_RIDGE_POINTS - 1)
    heights = [base - dice[point % len(dice)] % 80 for point in range(_RIDGE_POINTS)]
    tops = []
    for x in range(_WIDTH):
        point, share = divmod(x / step, 1)
        before, after = heights[int(point)], heights[int(point) + 1]
        tops.append(round(before + (after - before) * share))
    return tops


def _colour(css: str) -> Colour:
    """`#rrggbb` as numbers."""
    return int(css[1:3], 16), int(css[3:5], 16), int(css[5:7], 16)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _indexed_png(width: int, rows: Sequence[bytes], palette: Sequence[Colour]) -> bytes:
    """A PNG of one byte for each pixel (W3C PNG, section 11)."""
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    colours = bytes(value for colour in palette for value in colour)
    parts = (b"IHDR", header), (b"PLTE", colours), (b"IDAT", pixels), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
