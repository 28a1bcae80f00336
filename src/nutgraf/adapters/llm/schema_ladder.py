"""Finding out how a host can be asked for the shape of an answer: servers claim more than they do.

Some refuse a JSON schema or a bound in it, some ignore it, some fall back to free text when it is too hard for them.
So the ways are tried from the strictest on, and the one that worked is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from nutgraf.adapters.llm.answer_shape import has_shape, without_bounds
from nutgraf.adapters.llm.failures import REQUEST_REFUSED
from nutgraf.domain.model import ModelAnswer, ModelRequest, SchemaMode
from nutgraf.errors import BadOutput, ModelError
from nutgraf.ports import LanguageModel

MISSES_TO_STEP_DOWN = 3

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rung:
    """A way to ask: a mode, with the schema as it is or without its bounds."""

    mode: SchemaMode
    keeps_bounds: bool = True

    def schema_of(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema as it is sent this way."""
        return schema if self.keeps_bounds else without_bounds(schema)


RUNGS = (
    Rung(SchemaMode.NATIVE),
    Rung(SchemaMode.NATIVE, keeps_bounds=False),
    Rung(SchemaMode.TOOL, keeps_bounds=False),
    Rung(SchemaMode.PROMPTED),
)


def rungs_of(mode: SchemaMode | None) -> tuple[Rung, ...]:
    """The ways to try where the operator chose `mode`, or chose none."""
    return tuple(rung for rung in RUNGS if mode is None or rung.mode is mode)


class LadderMemory:
    """Which rung to begin at; pure.

    A rung is proven once an answer had the shape. On a proven one a single shapeless answer is the model's fault; after
    three in a row it is the host's (it was changed, or the first time was luck), and the next rung is begun at.
    """

    def __init__(self, rungs: tuple[Rung, ...]) -> None:
        self.rungs = rungs
        self._first = 0
        self._is_proven = False
        self._misses = 0

    def to_try(self) -> tuple[int, ...]:
        """Numbers of the rungs to try now, in order."""
        return tuple(range(self._first, len(self.rungs)))

    def is_proven(self, number: int) -> bool:
        """Whether an answer asked for this way had the shape before."""
        return self._is_proven and number == self._first

    def worked(self, number: int) -> bool:
        """Note an answer with the shape; True where that is news."""
        is_news = number != self._first or not self._is_proven
        if number >= self._first:  # else an answer to a question of long ago
            self._first, self._is_proven, self._misses = number, True, 0
        return is_news

    def missed(self, number: int) -> None:
        """Note an answer without the shape."""
        if not self.is_proven(number):
            return
        self._misses += 1
        if self._misses >= MISSES_TO_STEP_DOWN and number + 1 < len(self.rungs):
            self._first, self._is_proven, self._misses = number + 1, False, 0


class SchemaLadder:
    """A language model that asks another in whichever way works."""

    def __init__(self, inner: LanguageModel, mode: SchemaMode | None = None) -> None:
        self._inner = inner
        self._memory = LadderMemory(rungs_of(mode))

    @property
    def name(self) -> str:
        """That of the model asked."""
        return self._inner.name

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer, asked for in one way after the other where the first ones fail. Raises ModelError."""
        memory = self._memory
        refusal: ModelError | None = None
        answer: ModelAnswer | None = None
        for number in memory.to_try():
            rung = memory.rungs[number]
            was_proven = memory.is_proven(number)
            try:
                answer = await self._inner.complete(
                    replace(request, schema=rung.schema_of(request.schema), schema_mode=rung.mode)
                )
            except ModelError as error:
                if error.code != REQUEST_REFUSED:
                    raise
                refusal = error
                continue
            if has_shape(answer.text, request.schema):
                if memory.worked(number) and number:
                    _LOG.info("model_schema_mode", model=self.name, mode=rung.mode, keeps_bounds=rung.keeps_bounds)
                return answer
            memory.missed(number)
            if was_proven or answer.is_cut:
                return answer
        if answer is not None:
            return answer
        raise refusal or BadOutput("There is no way to ask this model.", code="model_bad_answer")

    async def close(self) -> None:
        """Close the model asked."""
        await self._inner.close()
