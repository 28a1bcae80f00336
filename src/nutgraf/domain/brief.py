"""Drafts, which a writer makes, and briefs, which have been checked and may be shown."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.entity import Entity
from nutgraf.domain.evidence import Finding, Verdict
from nutgraf.domain.ledger import Maker
from nutgraf.domain.model import ModelUsage
from nutgraf.domain.topic import Topic


class Part(enum.StrEnum):
    """The written parts of a brief, in the order of the page."""

    DEK = "dek"
    WHAT_HAPPENED = "what_happened"
    INSIGHT_TITLE = "insight_title"
    INSIGHT = "insight"
    TAKEAWAYS = "takeaways"


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence as a writer wrote it, with the indexes of the source sentences it says it rests on.

    `quotes` are words of those sentences that it gives as proof. `faults` are plain words on what is wrong with it
    already before it is checked: a sentence with any is never published.
    """

    text: str
    cites: tuple[int, ...] = ()
    quotes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftInsight:
    """A key insight: a title that stands alone and one sentence that explains it."""

    title: DraftSentence
    explanation: DraftSentence


@dataclass(frozen=True, slots=True)
class Draft:
    """What a writer hands to the checker; any part may be empty, nothing may be padded.

    `language` is an ISO 639 code where the draft is in another language than the article, else empty.
    """

    dek: DraftSentence | None
    what_happened: tuple[DraftSentence, ...]
    insights: tuple[DraftInsight, ...]
    takeaways: tuple[DraftSentence, ...]
    writer: str
    model: str = ""
    prompt_version: str = ""
    language: str = ""

    @property
    def maker(self) -> Maker:
        """Who wrote it."""
        return Maker(self.writer, self.model, self.prompt_version)


@dataclass(frozen=True, slots=True)
class BriefSentence:
    """A sentence that passed the check, with the finding that let it pass."""

    text: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Insight:
    """A key insight: the title and the explanation are separate fields, never one string."""

    title: BriefSentence
    explanation: BriefSentence


class Outcome(enum.StrEnum):
    """What became of a draft sentence that could not be published as written."""

    REPAIRED = "repaired"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A draft sentence that no reader sees, kept for the operator: what it said, why not, what took its place.

    `maker` wrote it, where that is another than the one of the brief it is kept with; else None.
    """

    part: Part
    text: str
    finding: Finding
    outcome: Outcome
    replacement: str = ""
    maker: Maker | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief that may be shown: every sentence in it is supported or, visibly, weak.

    `dek` is None only where the article has too few words for one. `is_short` says that the article was too short
    for insights and takeaways. `article_hash` names the text that the evidence's offsets point into. `model` and
    `prompt_version` are those of a writer that asks a language model, else empty; `usage` is what that took.
    `entities` are people, places and organisations that it names, those that matter most first.
    `language` is that of the brief's sentences, mostly the article's.
    """

    headline: str
    dek: BriefSentence | None
    what_happened: tuple[BriefSentence, ...]
    insights: tuple[Insight, ...]
    takeaways: tuple[BriefSentence, ...]
    topics: tuple[Topic, ...]
    writer: str
    created_at: datetime
    article_hash: str
    language: str = ""
    is_short: bool = False
    withheld: tuple[Withheld, ...] = ()
    model: str = ""
    prompt_version: str = ""
    usage: ModelUsage | None = None
    entities: tuple[Entity, ...] = ()

    def sentences(self) -> Iterator[tuple[Part, BriefSentence]]:
        """Every published sentence with its part, in the order of the page (titles before explanations)."""
        if self.dek is not None:
            yield Part.DEK, self.dek
        for sentence in self.what_happened:
            yield Part.WHAT_HAPPENED, sentence
        for insight in self.insights:
            yield Part.INSIGHT_TITLE, insight.title
            yield Part.INSIGHT, insight.explanation
        for sentence in self.takeaways:
            yield Part.TAKEAWAYS, sentence

    @property
    def sentence_count(self) -> int:
        """Number of published sentences, titles included."""
        return sum(1 for _ in self.sentences())

    @property
    def traced_count(self) -> int:
        """Number of published sentences whose verdict is `supported`."""
        return sum(1 for _, sentence in self.sentences() if sentence.finding.verdict is Verdict.SUPPORTED)
