"""The starter packs that come with Nutgraf, and what is refused as one."""

from __future__ import annotations

import pytest

from nutgraf.errors import ConfigError
from nutgraf.pipeline.starter_packs import MAX_FEEDS, MIN_FEEDS, load_starter_packs, parse_starter_packs

FEEDS = ", ".join(f'["Feed {number}", "https://{number}.example/feed"]' for number in range(6))
GOOD = f"""
[[pack]]
slug = "isles"
name = "Isles"
kind = "region"
about = "News of the isles."
feeds = [{FEEDS}]
"""


def test_the_packs_that_come_with_nutgraf_are_sound() -> None:
    packs = load_starter_packs()
    assert {pack.kind for pack in packs} == {"region", "topic"}
    assert all(MIN_FEEDS <= len(pack.feeds) <= MAX_FEEDS for pack in packs)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "cannot be read"),
        ("[[pack]", "cannot be read"),
        (GOOD + GOOD, "pack 2: 'isles' is there already"),
        (GOOD + GOOD.replace('"isles"', '"islets"'), "pack 2: https://0.example/feed stands in the file twice"),
        (GOOD.replace('"region"', '"planet"'), "pack 1"),
        (GOOD.replace("isles", "Isles!"), "pack 1"),
        (GOOD.replace('about = "News of the isles."', ""), "pack 1"),
        (GOOD.replace("https://3.", "http://3."), "pack 1"),
        (GOOD.replace("https://3.example", "https://me:secret@3.example"), "pack 1"),
        (GOOD.replace('["Feed 3", "https://3.example/feed"], ', ""), "pack 1: 5 feeds"),
        (GOOD.replace('"Feed 3", ', ""), "pack 1"),
    ],
)
def test_a_pack_that_is_not_sound_is_refused_by_its_number(text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        parse_starter_packs(text.encode())
