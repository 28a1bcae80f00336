"""A chain of language models: where one cannot or will not answer, the next is asked."""

from __future__ import annotations

from collections.abc import Sequence

from nutgraf.domain.model import ModelAnswer, ModelRequest
from nutgraf.errors import ModelError, Refused, Unavailable
from nutgraf.ports import LanguageModel


class ModelChain:
    """Asks each of `models` in turn. A bad answer is the writer's to repair, and passes as it is."""

    def __init__(self, models: Sequence[LanguageModel]) -> None:
        if not models:
            raise ValueError("a chain has at least one model")
        self._models = tuple(models)

    @property
    def name(self) -> str:
        """That of the first; each answer says whose it is."""
        return self._models[0].name

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """The first answer. Where none comes: the first model's error, with the shortest wait of all."""
        failures: list[ModelError] = []
        for model in self._models:
            try:
                return await model.complete(request)
            except (Unavailable, Refused) as error:
                failures.append(error)
        first = failures[0]
        waits = [error.retry_after_s for error in failures if error.retry_after_s is not None]
        raise type(first)(
            first.message,
            code=first.code,
            retryable=any(error.retryable for error in failures),
            retry_after_s=min(waits, default=None),
        )

    async def close(self) -> None:
        """Close all of them."""
        for model in self._models:
            await model.close()
