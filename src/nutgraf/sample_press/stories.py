"""What the press shows at a moment: articles with their dates in words, corrected where the time has come."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from nutgraf.sample_press.dates import render_tokens
from nutgraf.sample_press.library import Block, Manuscript, Publisher, Wording


@dataclass(frozen=True, slots=True)
class Story:
    """An article as it is served. Times are UTC; `correction_note` is empty until it has been corrected."""

    publisher: Publisher
    slug: str
    path: str
    image_path: str
    title: str
    standfirst: str
    byline: str
    section: str
    section_path: str
    lead_image_alt: str
    blocks: tuple[Block, ...]
    published_at: datetime
    updated_at: datetime
    correction_note: str = ""


def stories_at(manuscripts: Iterable[Manuscript], *, edition: datetime, now: datetime) -> list[Story]:
    """The articles that are published by `now`, newest first. `edition` is when the press started."""
    stories = [_set_story(m, edition, now) for m in manuscripts if edition - m.age <= now]
    return sorted(stories, key=lambda story: (story.published_at, story.path), reverse=True)


def section_slug(section: str) -> str:
    """`section` as it stands in an address: `City Hall` gives `city-hall`."""
    plain = unicodedata.normalize("NFKD", section.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _set_story(manuscript: Manuscript, edition: datetime, now: datetime) -> Story:
    published_at = edition - manuscript.age
    updated_at, wording, note = published_at, manuscript.wording, ""
    if manuscript.corrected is not None and manuscript.corrected_after is not None:
        corrected_at = edition + manuscript.corrected_after
        if corrected_at <= now:
            updated_at, wording, note = corrected_at, manuscript.corrected, manuscript.correction_note
    publisher = manuscript.publisher
    language, day = publisher.language, published_at.date()
    section_path = f"/{publisher.slug}/{section_slug(manuscript.section)}/"
    return Story(
        publisher=publisher,
        slug=manuscript.slug,
        path=section_path + manuscript.slug,
        image_path=f"/{publisher.slug}/img/{manuscript.slug}.png",
        title=render_tokens(wording.title, day, language),
        standfirst=render_tokens(wording.standfirst, day, language),
        byline=manuscript.byline,
        section=manuscript.section,
        section_path=section_path,
        lead_image_alt=manuscript.lead_image_alt,
        blocks=_set_blocks(wording, day, language),
        published_at=published_at,
        updated_at=updated_at,
        correction_note=render_tokens(note, day, language),
    )


def _set_blocks(wording: Wording, day: date, language: str) -> tuple[Block, ...]:
    return tuple(
        Block(block.kind, tuple(render_tokens(line, day, language) for line in block.lines)) for block in wording.blocks
    )
