"""How a language model is wired: settings in; out a model that asks within its budgets and pays for no text twice.

Whatever asks a model of the settings, the pipeline, the site or a command, gets it from here, with its meter on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from nutgraf import __version__
from nutgraf.errors import ConfigError
from nutgraf.ports import BatchModel, Clock, LanguageModel, StageRunner, Store
from nutgraf.settings import ModelSettings, Settings

if TYPE_CHECKING:
    from nutgraf.adapters.llm.options import ModelOptions
    from nutgraf.adapters.llm.prices import Prices
    from nutgraf.domain.budgets import Budgets
    from nutgraf.pipeline.batching import BatchWriter
    from nutgraf.pipeline.model_use import ModelUse, WishGranter
    from nutgraf.pipeline.model_writing import ModelWriter
    from nutgraf.ports.models import ModelStore


@dataclass(frozen=True, slots=True)
class ModelParts:
    """A language model as the pipeline and the site use it: who writes, for whom and when, and what it costs."""

    writer: ModelWriter
    use: ModelUse
    granter: WishGranter
    budgets: Budgets
    prices: Prices
    batches: BatchWriter | None = None
    """Where the model's provider takes batches."""


def make_model_parts(
    settings: Settings, *, store: Store, stages: StageRunner, clock: Clock, in_batches: bool = False
) -> ModelParts | None:
    """All that has to do with the model of `settings`, None where none is set. Raises ConfigError.

    `in_batches`: what a model would write at once waits for the next batch.
    """
    writer = make_model_writer(settings, store=store, stages=stages, clock=clock)
    if writer is None:
        return None
    from nutgraf.pipeline.batching import BatchWriter
    from nutgraf.pipeline.model_use import ModelUse, WishGranter

    use, budgets = settings.model_use, budgets_of(settings)
    chooser = ModelUse(store=store, clock=clock, default=use.policy, budgets=budgets, in_batches=in_batches)
    granter = WishGranter(
        store=store,
        clock=clock,
        use=chooser,
        keep_answers=use.keep_answers,
        answers_kept=timedelta(days=use.keep_answers_days),
    )
    batched = make_batched_model(settings, store=store, clock=clock)
    batches = BatchWriter(model=batched, writer=writer, store=store, stages=stages, clock=clock) if batched else None
    return ModelParts(writer, chooser, granter, budgets, prices_of(settings), batches)


def make_model_writer(
    settings: Settings, *, store: ModelStore, stages: StageRunner, clock: Clock
) -> ModelWriter | None:
    """The writer that asks the model of `settings`, None where none is set. Raises ConfigError."""
    if not settings.model.is_set:
        return None
    from nutgraf.domain.writing_style import WritingStyle
    from nutgraf.pipeline.model_writing import ModelWriter

    writing = settings.writing
    style = WritingStyle(writing.language, writing.tone, writing.length)
    model = make_language_model(settings, store=store, clock=clock)
    if settings.model_use.keep_answers:
        from nutgraf.adapters.llm.caching import CachedModel

        budgets = budgets_of(settings)
        model = CachedModel(model, store=store, clock=clock, budgets=budgets, variant=_variant(settings))
    return ModelWriter(model=model, stages=stages, style=style)


def make_language_model(settings: Settings, *, store: ModelStore, clock: Clock) -> LanguageModel:
    """The model of `settings` within its budgets, its backup behind it; nothing is reached yet. Raises ConfigError."""
    wanted = [model for model in (settings.model, settings.backup_model) if model.is_set]
    return _open(settings, [_options_of(model) for model in wanted], store, clock)


def make_batched_model(settings: Settings, *, store: ModelStore, clock: Clock) -> BatchModel | None:
    """The model of `settings` for batches; None where its provider takes none, or answers are not kept.

    Raises ConfigError.
    """
    from nutgraf.adapters.llm.batch_hosts import open_batch_host
    from nutgraf.adapters.llm.batching import BatchedModel

    host = open_batch_host(_options_of(settings.model)) if settings.model_use.keep_answers else None
    if host is None:
        return None
    return BatchedModel(
        host,
        store=store,
        clock=clock,
        prices=prices_of(settings),
        budgets=budgets_of(settings),
        variant=_variant(settings),
        min_output_tokens=settings.model.max_output_tokens,
    )


def _variant(settings: Settings) -> str:
    """What answers depend on beside the request and the model's name."""
    return f"{settings.model.temperature} {settings.backup_model.name} {settings.model.max_output_tokens}"


def make_tried_model(settings: Settings, model: ModelSettings, *, store: ModelStore, clock: Clock) -> LanguageModel:
    """`model`, one of those of `settings`, alone and asked once, within its budgets. Raises ConfigError."""
    return _open(settings, [replace(_options_of(model), max_attempts=1)], store, clock)


def _open(settings: Settings, options: list[ModelOptions], store: ModelStore, clock: Clock) -> LanguageModel:
    budgets, prices = budgets_of(settings), prices_of(settings)
    try:
        from nutgraf.adapters.llm.metering import MeteredModel
        from nutgraf.adapters.llm.opening import open_language_model
    except ModuleNotFoundError as error:
        message = f"The package {error.name} that asks language models is missing; install nutgraf[llm]."
        raise ConfigError(message, code="no_model_package") from None

    def meter(model: LanguageModel) -> LanguageModel:
        return MeteredModel(model, ledger=store, clock=clock, prices=prices, budgets=budgets)

    return open_language_model(options, clock, meter=meter)


def _options_of(model: ModelSettings) -> ModelOptions:
    """What a model's adapter is told; its key is read here. Raises ConfigError."""
    from nutgraf.adapters.llm.options import ModelOptions
    from nutgraf.domain.model import SchemaMode

    return ModelOptions(
        provider=model.provider_name,
        url=model.host_url,
        name=model.name,
        key=model.read_key().get_secret_value(),
        schema_mode=None if model.schema_mode == "auto" else SchemaMode(model.schema_mode),
        temperature=model.temperature,
        timeout_s=model.timeout_s,
        connect_timeout_s=model.connect_timeout_s,
        min_output_tokens=model.max_output_tokens,
        max_attempts=model.max_attempts,
        max_concurrent=model.max_concurrent,
        requests_per_minute=model.requests_per_minute,
        user_agent=f"Nutgraf/{__version__}",
    )


def budgets_of(settings: Settings) -> Budgets:
    """The limits of a day."""
    from zoneinfo import ZoneInfo

    from nutgraf.domain.budgets import Budgets
    from nutgraf.domain.spending import BudgetLimit, micro_dollars

    def limit(requests: int, tokens: int, dollars: Decimal) -> BudgetLimit:
        return BudgetLimit(requests, tokens, micro_dollars(dollars))

    use = settings.model_use
    return Budgets(
        everything=limit(use.requests_per_day, use.tokens_per_day, use.dollars_per_day),
        providers={
            model.provider_name: limit(model.requests_per_day, model.tokens_per_day, model.dollars_per_day)
            for model in (settings.backup_model, settings.model)  # the first one's limits hold where they share one
            if model.is_set
        },
        each_feed=limit(use.feed_requests_per_day, use.feed_tokens_per_day, use.feed_dollars_per_day),
        each_reader=limit(use.reader_requests_per_day, use.reader_tokens_per_day, use.reader_dollars_per_day),
        zone=ZoneInfo(use.time_zone),
    )


def prices_of(settings: Settings) -> Prices:
    """The operator's own prices, and the addresses by which the table knows a host."""
    from nutgraf.adapters.llm.prices import OwnPrice, Prices

    models = [model for model in (settings.backup_model, settings.model) if model.is_set]
    return Prices(
        own={
            (model.provider_name, model.name): OwnPrice(model.input_price, model.output_price)
            for model in models
            if model.input_price is not None and model.output_price is not None
        },
        urls={model.provider_name: model.host_url for model in models},
    )
