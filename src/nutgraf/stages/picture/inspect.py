"""What kind of picture a file is and how large it would unfold, read from its structure without decoding anything.

Only raster formats whose structure is walked here are taken: PNG, JPEG, GIF, WebP, and ICO for icons. SVG is a program,
and of AVIF no walk is written. The walk ends where the picture ends; what a polyglot hides behind that is cut off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nutgraf.domain.picture import PictureFacts, PictureKind
from nutgraf.errors import SourceError
from nutgraf.stages.picture.formats import Extent, NotThisFormat, read_gif, read_jpeg, read_png, read_webp
from nutgraf.stages.picture.icons import read_ico


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """Bounds of one kind of picture; sides in pixels, of every frame."""

    max_bytes: int
    min_side: int
    max_side: int
    max_pixels: int


PICTURE_LIMITS = {
    PictureKind.ICON: PictureLimits(max_bytes=256 * 1024, min_side=16, max_side=1_024, max_pixels=1_048_576),
    PictureKind.LEAD: PictureLimits(max_bytes=2 * 1024 * 1024, min_side=100, max_side=8_192, max_pixels=16_000_000),
}
"""A lead picture of 16 million pixels takes a browser 64 MB; a smaller one than 100 pixels is a logo or a counter."""

_Reader = Callable[[bytes], Extent]
_FORMATS: tuple[tuple[bytes, str, _Reader], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", read_png),
    (b"\xff\xd8\xff", "image/jpeg", read_jpeg),
    (b"GIF87a", "image/gif", read_gif),
    (b"GIF89a", "image/gif", read_gif),
    (b"RIFF", "image/webp", read_webp),
)
_ICON_FORMATS = (*_FORMATS, (b"\0\0\1\0", "image/x-icon", read_ico))


def inspect_picture(data: bytes, kind: PictureKind) -> PictureFacts:
    """What `data` is, whatever its name or its server says.

    Raises SourceError: `not_a_picture` for what is none of the formats or broken, `picture_too_large` and
    `picture_too_small` for what is out of bounds in bytes or pixels.
    """
    limits = PICTURE_LIMITS[kind]
    if len(data) > limits.max_bytes:
        raise _too_large(f"The picture is larger than {limits.max_bytes:,} bytes.")
    for magic, media_type, read in _ICON_FORMATS if kind is PictureKind.ICON else _FORMATS:
        if data.startswith(magic):
            try:
                extent = read(data)
            except (NotThisFormat, IndexError) as exc:
                raise SourceError("The picture is broken.", code="not_a_picture") from exc
            return _within(extent, limits, media_type)
    raise SourceError("This is no picture of a kind that is taken.", code="not_a_picture")


def _within(extent: Extent, limits: PictureLimits, media_type: str) -> PictureFacts:
    width, height = extent.width, extent.height
    if max(width, height) > limits.max_side or width * height > limits.max_pixels:
        raise _too_large(f"The picture would unfold to {width:,} by {height:,} pixels.")
    if min(width, height) < limits.min_side:
        raise SourceError("The picture is too small to be shown.", code="picture_too_small")
    return PictureFacts(media_type, width, height, extent.size_bytes)


def _too_large(message: str) -> SourceError:
    return SourceError(message, code="picture_too_large")
