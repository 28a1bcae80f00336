"""What a picture is, by its own bytes: real ones are taken, hostile ones are not."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.domain.picture import PictureFacts, PictureKind
from nutgraf.errors import SourceError
from nutgraf.stages.picture import PICTURE_LIMITS, inspect_picture
from pictures import bitmap, gif, ico, jpeg, png, webp

ICON, LEAD = PictureKind.ICON, PictureKind.LEAD
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'


def refusal(data: bytes, kind: PictureKind = LEAD) -> str:
    with pytest.raises(SourceError) as caught:
        inspect_picture(data, kind)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (png(640, 360), "image/png"),
        (jpeg(640, 360), "image/jpeg"),
        (gif(640, 360), "image/gif"),
        (webp(640, 360), "image/webp"),
        (webp(640, 360, canvas=(640, 360)), "image/webp"),
    ],
)
def test_a_raster_picture_is_known_by_its_bytes(data: bytes, media_type: str) -> None:
    assert inspect_picture(data, LEAD) == PictureFacts(media_type, 640, 360, len(data))


def test_an_icon_file_has_the_size_of_its_largest_picture() -> None:
    data = ico(bitmap(16, 16), png(64, 64), bitmap(32, 32))
    assert inspect_picture(data, ICON) == PictureFacts("image/x-icon", 64, 64, len(data))
    assert refusal(data, LEAD) == "not_a_picture", "a lead picture is no icon file"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"PK\3\4" + b"\0" * 60,
        b"BM" + b"\0" * 60,
        b"\0\0\0\x20ftypavif" + b"\0" * 60,
        b"\x89PNG\r\n\x1a\n" + SVG,
        b"GIF89a/*" + b"\xff" * 60 + b"*/=1;alert(1)",
        b"\xff\xd8\xff\xe0" + SVG,
        b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        b"RIFF" + b"\0" * 40,
        png(640, 360)[:-12],
        jpeg(640, 360)[:-2],
        gif(640, 360)[:-1],
        webp(640, 360)[:-3],
        png(640, 360, claims=(0, 360)),
        jpeg(640, 0),
    ],
)
def test_what_is_no_picture_or_broken_is_refused(data: bytes) -> None:
    assert refusal(data) == "not_a_picture"
    assert refusal(data, ICON) == "not_a_picture"


@pytest.mark.parametrize(
    "bomb",
    [
        png(1, 1, claims=(65_535, 65_535)),
        png(1, 1, claims=(2**31 - 1, 1)),
        png(1, 1, claims=(8_000, 8_000)),
        jpeg(65_500, 65_500),
        gif(60_000, 60_000),
        gif(200, 200, frame_at=(60_000, 0)),
        webp(16_383, 16_383),
        webp(200, 200, canvas=(2**24, 2**24)),
        webp(16_383, 16_383, canvas=(200, 200)),
    ],
)
def test_a_bomb_is_known_by_its_header(bomb: bytes) -> None:
    assert len(bomb) < 1_000
    assert refusal(bomb) == "picture_too_large"


def test_an_icon_files_pictures_count_not_its_directory() -> None:
    assert refusal(ico(png(1, 1, claims=(50_000, 50_000))), ICON) == "picture_too_large"
    assert refusal(ico(bitmap(30_000, 30_000)), ICON) == "picture_too_large"
    assert refusal(ico(SVG), ICON) == "not_a_picture"
    assert refusal(ico(*[png(16, 16)] * 40), ICON) == "not_a_picture"
    assert refusal(ico(png(32, 32))[:-4], ICON) == "not_a_picture"


def test_a_thousand_frames_are_too_many() -> None:
    assert inspect_picture(gif(200, 200, frames=90), LEAD).width == 200
    assert refusal(gif(200, 200, frames=1_000)) == "not_a_picture"


@pytest.mark.parametrize("make", [png, jpeg, gif, webp])
def test_what_follows_the_picture_is_cut_off(make) -> None:
    picture = make(200, 120)
    facts = inspect_picture(picture + b"<script>alert(1)</script>PK\3\4", LEAD)
    assert facts.size_bytes == len(picture)


def test_small_and_heavy_pictures_are_refused() -> None:
    assert refusal(png(1, 1)) == "picture_too_small"
    assert refusal(png(8, 8), ICON) == "picture_too_small"
    heavy = png(200, 200) + bytes(PICTURE_LIMITS[LEAD].max_bytes)
    assert refusal(heavy) == "picture_too_large"


STARTS = [png(200, 120), jpeg(200, 120), gif(200, 120, frames=3), webp(200, 120, canvas=(200, 120)), ico(png(32, 32))]


@settings(deadline=None)
@given(st.sampled_from(STARTS), st.data())
def test_a_damaged_picture_gives_facts_or_a_plain_error(start: bytes, data: st.DataObject) -> None:
    damaged = bytearray(start[: data.draw(st.integers(0, len(start)))] + data.draw(st.binary(max_size=40)))
    for _ in range(data.draw(st.integers(0, 5))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    for kind in PictureKind:
        limits = PICTURE_LIMITS[kind]
        with contextlib.suppress(SourceError):
            facts = inspect_picture(bytes(damaged), kind)
            assert limits.min_side <= min(facts.width, facts.height)
            assert max(facts.width, facts.height) <= limits.max_side
            assert 0 < facts.size_bytes <= len(damaged)
