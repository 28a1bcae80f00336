"""The CPU-bound work of the pipeline by name, as the pipeline asks for it of a StageRunner.

The functions themselves are in `tasks`, which only stage processes import: the stages weigh a second of start-up and
a hundred megabytes that the process with the site does not need.
"""

from __future__ import annotations

from dataclasses import dataclass

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Draft
from nutgraf.domain.feed import Feed
from nutgraf.domain.model import ModelRequest
from nutgraf.domain.records import ArticleRecord, EntryToStore

PARSE = "parse"
EXTRACT = "extract"
ASK = "ask"
CHOOSE = "choose"
READ = "read"
BRIEF = "brief"
RECHECK = "recheck"
CORRECT = "correct"
INSPECT = "inspect"
NAME = "name"

TASKS = {
    PARSE: "nutgraf.pipeline.tasks:parse",
    EXTRACT: "nutgraf.pipeline.tasks:extract",
    ASK: "nutgraf.pipeline.tasks:ask",
    CHOOSE: "nutgraf.pipeline.tasks:choose",
    READ: "nutgraf.pipeline.tasks:read",
    BRIEF: "nutgraf.pipeline.tasks:brief",
    RECHECK: "nutgraf.pipeline.tasks:recheck",
    CORRECT: "nutgraf.pipeline.tasks:correct",
    INSPECT: "nutgraf.pipeline.tasks:inspect",
    NAME: "nutgraf.pipeline.tasks:name",
}
"""Names and functions, as a StageRunner takes them; arguments and results are values that pickle."""

FEED_ENTRY_TYPE = "application/x.nutgraf-feed-entry"
"""Content type of a Document whose body is a feed entry's own HTML, used where the page cannot be had."""

MIN_ENTRY_WORDS = 60
"""Fewer words in a feed entry are a teaser, not an article."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed says of itself (`feed.entries` is empty), and its entries as they would be stored.

    `path` is the way that its document was read, a `ParsePath`.
    """

    feed: Feed
    entries: tuple[EntryToStore, ...]
    path: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article's text with the MinHash band keys by which copies are found, and the icon that its page names."""

    article: Article
    band_keys: tuple[int, ...]
    icon_url: str = ""


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A language model's answer as read: its draft, if it gives one, what is wrong with it, the call to mend that."""

    draft: Draft | None
    faults: tuple[str, ...] = ()
    repair: ModelRequest | None = None


def entry_is_article(record: ArticleRecord) -> bool:
    """Whether the feed entry itself carries enough text to be briefed."""
    return len(record.content_html.split()) >= MIN_ENTRY_WORDS
