"""What has been chosen for a brief so far, and what that says already."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from nutgraf.stages.write.builtin.candidates import Candidate
from nutgraf.stages.write.builtin.leaning import resolved
from nutgraf.stages.write.builtin.salience import stem
from nutgraf.text.similarity import Matrix, Vector, cosine_to

_ALIKE = 0.55  # cosine above which two sentences say the same


@dataclass(slots=True)
class Page:
    """What has been chosen so far: candidates by position, words a reader has seen, likeness of the others to it."""

    rows: Matrix
    shown: set[str]
    redundancy: Vector
    used: set[int] = field(default_factory=set)

    def copy(self) -> Page:
        """The same page, to be filled apart from this one."""
        return Page(self.rows, set(self.shown), self.redundancy, set(self.used))

    def show(self, candidate: Candidate) -> None:
        """Take `candidate` on the page."""
        self.used.add(candidate.position)
        self.redundancy = np.maximum(self.redundancy, cosine_to(self.rows, candidate.position))
        self.shown.update(stem(word) for word in candidate.words)
        self.shown.update(candidate.words)

    def is_new(self, candidate: Candidate) -> bool:
        """Whether neither the sentence nor one that says the same is on the page."""
        return candidate.position not in self.used and float(self.redundancy[candidate.position]) < _ALIKE

    def stands(self, candidate: Candidate) -> bool:
        """Whether the sentence needs nothing but what is on the page."""
        leaning = candidate.leaning
        return not (leaning.never or leaning.previous or leaning.asks) and resolved(leaning.pointing, self.shown)
