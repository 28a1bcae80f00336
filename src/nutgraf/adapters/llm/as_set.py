"""What the operator says of a model, put into each request before anything is counted or reserved for it."""

from __future__ import annotations

from dataclasses import replace

from nutgraf.domain.model import ModelAnswer, ModelRequest
from nutgraf.ports import LanguageModel


class ModelAsSet:
    """A language model with its own time limit, and with more room for answers where it needs some to think."""

    def __init__(self, inner: LanguageModel, *, timeout_s: float, min_output_tokens: int) -> None:
        self._inner = inner
        self._timeout_s = timeout_s
        self._min_output_tokens = min_output_tokens

    @property
    def name(self) -> str:
        """That of the model asked."""
        return self._inner.name

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        """One answer. Raises ModelError."""
        room = max(request.max_output_tokens, self._min_output_tokens)
        return await self._inner.complete(replace(request, timeout_s=self._timeout_s, max_output_tokens=room))

    async def close(self) -> None:
        """Close the model asked."""
        await self._inner.close()
