"""What is wrong with a model's answer, as values: named in the repair round, counted, shown to the operator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """A fault at `place` ("insights[1].title", "" for the whole answer), in plain words for model and operator."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}" if self.place else self.what
