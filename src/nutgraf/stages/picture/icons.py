"""The structure of ICO files: a directory of pictures, each a PNG or a bitmap without its file header."""

from __future__ import annotations

import struct

from nutgraf.stages.picture.formats import Extent, NotThisFormat, read_png

MAX_ICONS = 32
_DIRECTORY_ENTRY = struct.Struct("<BBBBHHII")
_BITMAP_HEADER = struct.Struct("<IiiHH")
_PNG = b"\x89PNG\r\n\x1a\n"


def read_ico(data: bytes) -> Extent:
    """The largest picture of the directory; each must lie within the file. Raises NotThisFormat.

    The sizes count that the pictures themselves give: the directory's have a byte each, and nobody need keep to them.
    """
    count = int.from_bytes(data[4:6], "little")
    end = 6 + count * _DIRECTORY_ENTRY.size
    if not 1 <= count <= MAX_ICONS or end > len(data):
        raise NotThisFormat
    width = height = 0
    for number in range(count):
        *_, size_bytes, offset = _DIRECTORY_ENTRY.unpack_from(data, 6 + number * _DIRECTORY_ENTRY.size)
        picture = data[offset : offset + size_bytes]
        if len(picture) < size_bytes or offset < 6 + count * _DIRECTORY_ENTRY.size:
            raise NotThisFormat
        found = _size_of(picture)
        width, height = max(width, found[0]), max(height, found[1])
        end = max(end, offset + size_bytes)
    return Extent(width, height, end)


def _size_of(picture: bytes) -> tuple[int, int]:
    if picture.startswith(_PNG):
        extent = read_png(picture)
        return extent.width, extent.height
    if len(picture) < 40:
        raise NotThisFormat
    header_bytes, width, height, planes, _ = _BITMAP_HEADER.unpack_from(picture)
    # The height counts the mask below the picture too.
    if header_bytes != 40 or width <= 0 or height <= 0 or height % 2 or planes not in (0, 1):
        raise NotThisFormat
    return width, height // 2
