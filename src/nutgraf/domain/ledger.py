"""The ledger: how much was published of what quality, who wrote it, and what turned out to be wrong."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """Counts of one day or of several; each is counted on the day (UTC) on which it happened.

    `supported` and `weak` are sentences in published versions of briefs, `repaired` and `dropped` drafted sentences
    that no reader saw. `updates` are versions written because the publisher changed the article, `breaking_updates`
    those after which at least one of `broken` published sentences was no longer carried by the text.
    """

    briefs: int = 0
    supported: int = 0
    weak: int = 0
    repaired: int = 0
    dropped: int = 0
    reports: int = 0
    upheld: int = 0
    updates: int = 0
    breaking_updates: int = 0
    broken: int = 0

    @property
    def sentences(self) -> int:
        """Published sentences, titles included."""
        return self.supported + self.weak

    def __add__(self, other: LedgerCounts) -> LedgerCounts:
        return LedgerCounts(*(getattr(self, name) + getattr(other, name) for name in MEASURES))


MEASURES = tuple(field.name for field in fields(LedgerCounts))
"""The names of the counts, in their order."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Who wrote: the writer and, where it asks a language model, the model and the version of its prompt."""

    writer: str
    model: str = ""
    prompt_version: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counts of the days from `first` to `last`, both included: in all, and by day, maker and publisher.

    Days without anything are left out. Makers and publishers come in the order of their published sentences, the
    most first; of publishers, given as slug and name, only the first are here and `publisher_count` says how many
    there are.
    """

    first: date
    last: date
    total: LedgerCounts
    by_day: tuple[tuple[date, LedgerCounts], ...]
    by_maker: tuple[tuple[Maker, LedgerCounts], ...]
    by_publisher: tuple[tuple[str, str, LedgerCounts], ...]
    publisher_count: int
