"""Who reads: one default reader until accounts are used."""

from __future__ import annotations

from dataclasses import dataclass

from nutgraf.domain.ids import ReaderId


@dataclass(frozen=True, slots=True)
class Reader:
    """A person who reads here."""

    id: ReaderId
    name: str
