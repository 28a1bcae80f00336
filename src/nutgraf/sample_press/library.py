"""The publishers and articles as they lie in this package: TOML front matter and paragraphs, checked on loading."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from nutgraf.sample_press.dates import check_tokens

FOLDER = Path(__file__).parent
FEED_FILES = {"rss": "feed.xml", "rss_full": "feed.xml", "rdf": "feed.xml", "atom": "feed.xml", "json": "feed.json"}

_CORRECTED = ".corrected.md"
_FRONT_MATTER = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)

BlockKind = Literal["paragraph", "crosshead", "quote", "list"]


@dataclass(frozen=True, slots=True)
class Publisher:
    """A fictional publisher.

    `accent` is a CSS colour, `emblem` what its logo shows; `words` are the words around its articles.
    """

    slug: str
    name: str
    motto: str
    language: str
    accent: str
    emblem: str
    feed_format: str
    words: Mapping[str, str]

    @property
    def feed_path(self) -> str:
        """Path of its feed on the press server."""
        return f"/{self.slug}/{FEED_FILES[self.feed_format]}"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an article's body; only a list has more than one line."""

    kind: BlockKind
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """What an article says, date tokens still in it."""

    title: str
    standfirst: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An article before it is set: times are relative to the edition's start, dates are tokens."""

    publisher: Publisher
    slug: str
    byline: str
    section: str
    topics: tuple[str, ...]
    age: timedelta
    lead_image_alt: str
    wording: Wording
    syndicated_from: str = ""
    corrected_after: timedelta | None = None
    corrected: Wording | None = None
    correction_note: str = ""


def load_publishers() -> list[Publisher]:
    """The publishers in the order of publishers.toml."""
    listed = tomllib.loads((FOLDER / "publishers.toml").read_text(encoding="utf-8"))
    return [Publisher(**entry, words=listed["words"][entry["language"]]) for entry in listed["publisher"]]


def load_manuscripts(publishers: list[Publisher]) -> list[Manuscript]:
    """Every article of the publishers, by publisher and slug. Raises ValueError naming a file that is amiss."""
    manuscripts = []
    for publisher in publishers:
        for path in sorted((FOLDER / "articles" / publisher.slug).glob("*.md")):
            if path.name.endswith(_CORRECTED):
                continue
            try:
                manuscripts.append(_load_manuscript(path, publisher))
            except (KeyError, ValueError) as error:
                raise ValueError(f"{publisher.slug}/{path.name}: {error}") from error
    return manuscripts


def _load_manuscript(path: Path, publisher: Publisher) -> Manuscript:
    front, wording = _read_article(path)
    corrected_path = path.with_name(path.stem + _CORRECTED)
    corrected_after = front.get("corrected_after_minutes")
    if (corrected_after is not None) != corrected_path.exists():
        raise ValueError("corrected_after_minutes and a .corrected.md file go together")
    return Manuscript(
        publisher=publisher,
        slug=path.stem,
        byline=front["byline"],
        section=front["section"],
        topics=tuple(front["topics"]),
        age=timedelta(minutes=front["age_minutes"]),
        lead_image_alt=front["lead_image_alt"],
        wording=wording,
        syndicated_from=front.get("syndicated_from", ""),
        corrected_after=None if corrected_after is None else timedelta(minutes=corrected_after),
        corrected=None if corrected_after is None else _read_article(corrected_path)[1],
        correction_note=front.get("correction_note", ""),
    )


def _read_article(path: Path) -> tuple[dict[str, Any], Wording]:
    text = path.read_text(encoding="utf-8")
    check_tokens(text)
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise ValueError("front matter between two lines of +++ is missing")
    front = tomllib.loads(match[1])
    return front, Wording(front["title"], front["standfirst"], parse_body(match[2]))


def parse_body(body: str) -> tuple[Block, ...]:
    """The blocks of a body: paragraphs apart by a blank line, `## ` crossheads, `> ` quotes, `- ` list lines."""
    return tuple(_parse_block(piece.strip()) for piece in re.split(r"\n\s*\n", body) if piece.strip())


def _parse_block(piece: str) -> Block:
    lines = [line.strip() for line in piece.splitlines()]
    if all(line.startswith("- ") for line in lines):
        return Block("list", tuple(line[2:] for line in lines))
    if piece.startswith("## "):
        return Block("crosshead", (piece[3:],))
    if all(line.startswith(">") for line in lines):
        return Block("quote", (" ".join(line[1:].strip() for line in lines),))
    return Block("paragraph", (" ".join(lines),))
