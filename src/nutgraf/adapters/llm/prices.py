"""What calls of language models cost: the operator's own price, else the table that comes with genai-prices (MIT).

The table is data within that package, read from this machine only and never updated over the network. It gives no date
of itself, so the latest date that its entries name stands for it: prices are at least as new as that.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from nutgraf.domain.spending import micro_dollars

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

TOKENS_PER_PRICE = 1_000_000
_NO_TABLE = frozenset({"ollama", "llamacpp", "vllm", "lmstudio"})
"""Hosts of one's own: what they cost nobody can know, so that no price is looked up by the model's name alone."""
_BY_ADDRESS = "openai-compatible"
_DATE = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b", re.ASCII)


class PriceSource(enum.StrEnum):
    """Where a price is from."""

    OWN = "own"  # set by the operator
    TABLE = "table"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """US dollars for a million tokens in and out, as the operator set them."""

    input_dollars: Decimal
    output_dollars: Decimal


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model whose calls cost something: who runs it, at which address, under which name."""

    provider: str
    url: str
    name: str


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by provider and model. Costs are whole millionths of a US dollar, rounded up."""

    own: Mapping[tuple[str, str], OwnPrice] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    """The address of each provider: a host that speaks as OpenAI does is known by it."""

    def cost(self, provider: str, model: str, *, input_tokens: int, output_tokens: int, at: datetime) -> int | None:
        """What a call costs in micro-dollars, None where nobody knows."""
        own = self.own.get((provider, model))
        if own is not None:
            millionths = own.input_dollars * input_tokens + own.output_dollars * output_tokens
            return micro_dollars(millionths / TOKENS_PER_PRICE)
        found = _find(provider, model, self.urls.get(provider, ""))
        if found is None:
            return None
        from genai_prices import Usage  # noqa: PLC0415 - optional, and heavy

        known_provider, known_model = found
        usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
        price = known_model.calc_price(usage, known_provider, genai_request_timestamp=at, auto_update_timestamp=None)
        return micro_dollars(price.total_price)

    def source(self, provider: str, model: str) -> PriceSource:
        """Where the price of a model is from."""
        if (provider, model) in self.own:
            return PriceSource.OWN
        return PriceSource.TABLE if _find(provider, model, self.urls.get(provider, "")) else PriceSource.UNKNOWN


@functools.cache
def table_date() -> date | None:
    """The latest day that the table names, today or before; None where the package is not there."""
    try:
        from genai_prices.data import providers  # noqa: PLC0415 - optional, and heavy
    except ImportError:
        return None
    days = [day for provider in providers for day in _dates_of(provider) if day <= date.today()]  # noqa: DTZ011
    return max(days, default=None)


@functools.lru_cache(maxsize=64)
def _find(provider: str, model: str, url: str) -> tuple[Provider, ModelInfo] | None:
    """The table's entry. Of an unknown host's models none: another host's price for the same name says nothing."""
    if provider in _NO_TABLE or (provider == _BY_ADDRESS and not url):
        return None
    try:
        from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - optional, and heavy
    except ImportError:
        return None
    by_address = provider == _BY_ADDRESS
    try:
        known_provider, known_model = get_snapshot().find_provider_model(
            model, None, None if by_address else provider, url if by_address else None
        )
    except LookupError:
        return None
    return (known_provider, known_model) if known_model.prices else None


def _dates_of(provider: Provider) -> Iterator[date]:
    texts = [provider.price_comments or ""]
    for model in provider.models:
        texts.append(model.price_comments or "")
        if isinstance(model.prices, list):
            for conditional in model.prices:
                start = getattr(conditional.constraint, "start_date", None)
                if isinstance(start, date):
                    yield start
    for year, month, day in _DATE.findall(" ".join(texts)):
        try:
            yield date(int(year), int(month), int(day))
        except ValueError:
            continue
