"""Whether an article is a live blog by its structure: entries of prose, each under the time at which it was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from nutgraf.stages.extract.blocks import Block

# A block that is no more than a time of the day, with a day or zone beside it: "14:32", "2.15pm GMT".
_STAMP = re.compile(
    r"(?:\D{0,12}\d{0,2}\D{0,12}\s)?(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d)(?:[:.][0-5]\d)?"
    r"\s?(?P<half>[ap]\.?m\.?)?\s?(?:uhr|h|[A-Z]{2,4})?\W{0,3}",
    re.IGNORECASE,
)
# An entry that begins with its time: "14.32 Uhr: The minister …".
_STAMPED = re.compile(
    r"(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)\s?(?P<half>[ap]\.?m\.?)?\s?(?:uhr)?\s?[:|–—-]\s", re.I
)
_NAMED_LIVE = re.compile(
    r"\blive[- ]?(?:blog|ticker|updates?|coverage)\b|^live\s?[:|]|[:|]\s?live\b|\ben\s(?:directo|direct|vivo)\b",
    re.IGNORECASE,
)
_NAMED_ENTRIES = 3
_UNNAMED_ENTRIES = 6
_ENTRY_WORDS = 15
_STAMP_CHARS = 40


def is_live_blog(blocks: Sequence[Block], title: str) -> bool:
    """Whether `blocks`, those of the article's element, are entries with times that run one way.

    Three entries are enough where the title says so, else six: a report may quote the times of a night.
    """
    times: list[int] = []
    words: list[int] = []
    for block in blocks:
        moment = _time_of(block.text)
        if moment is not None:
            times.append(moment)
            words.append(0)
        if words and block.link_share < 0.5 and not (moment is not None and len(block.text) <= _STAMP_CHARS):
            words[-1] += block.words
    entries = [moment for moment, count in zip(times, words, strict=True) if count >= _ENTRY_WORDS]
    needed = _NAMED_ENTRIES if _NAMED_LIVE.search(title) else _UNNAMED_ENTRIES
    return len(entries) >= needed and 2 * len(entries) > len(times) and _runs_one_way(entries)


def _time_of(text: str) -> int | None:
    """Minutes since midnight of the time that a block is or begins with."""
    match = _STAMP.fullmatch(text) if len(text) <= _STAMP_CHARS else _STAMPED.match(text)
    if match is None:
        return None
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    return 60 * hour + int(match["minute"])


def _runs_one_way(times: Sequence[int]) -> bool:
    """Whether times fall, or rise, throughout but for one step (midnight, or an entry pinned to the top)."""
    steps = [later - earlier for earlier, later in pairwise(times)]
    return min(sum(step > 0 for step in steps), sum(step < 0 for step in steps)) <= 1
