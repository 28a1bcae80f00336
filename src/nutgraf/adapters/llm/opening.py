"""One place where a model and all that guards it are put together, from the host outwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nutgraf.adapters.llm.as_set import ModelAsSet
from nutgraf.adapters.llm.breaker import BreakingModel
from nutgraf.adapters.llm.chain import ModelChain
from nutgraf.adapters.llm.limits import LimitedModel
from nutgraf.adapters.llm.options import ModelOptions
from nutgraf.adapters.llm.provider_model import ProviderModel
from nutgraf.adapters.llm.retrying import RetryingModel
from nutgraf.adapters.llm.schema_ladder import SchemaLadder
from nutgraf.ports import Clock, LanguageModel

Meter = Callable[[LanguageModel], LanguageModel]
"""Wraps what sends requests: every call that passes it is exactly one request to the host, retries included."""


def open_language_model(
    options: Sequence[ModelOptions], clock: Clock, *, meter: Meter = lambda model: model
) -> LanguageModel:
    """The first of `options`, with the others behind it for when it fails. Nothing is reached yet."""
    return ModelChain([_guarded(one, clock, meter) for one in options])


def _guarded(options: ModelOptions, clock: Clock, meter: Meter) -> LanguageModel:
    limited = LimitedModel(
        ProviderModel(options), clock, max_concurrent=options.max_concurrent, per_minute=options.requests_per_minute
    )
    breaking = BreakingModel(meter(limited), clock)
    retrying = RetryingModel(breaking, clock, max_attempts=options.max_attempts)
    ladder = SchemaLadder(retrying, options.schema_mode)
    return ModelAsSet(ladder, timeout_s=options.timeout_s, min_output_tokens=options.min_output_tokens)
