"""Prices: the operator's own, the table's, and those that nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nutgraf.adapters.llm.prices import OwnPrice, Prices, PriceSource, table_date

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def cost(
    prices: Prices, provider: str, model: str, input_tokens: int = 1_000_000, output_tokens: int = 0
) -> int | None:
    return prices.cost(provider, model, input_tokens=input_tokens, output_tokens=output_tokens, at=NOW)


def test_the_operators_price_wins() -> None:
    prices = Prices(own={("openai", "gpt-4o-mini"): OwnPrice(Decimal("2"), Decimal("8.5"))})
    assert cost(prices, "openai", "gpt-4o-mini") == 2_000_000
    assert cost(prices, "openai", "gpt-4o-mini", 0, 1_000_000) == 8_500_000
    assert prices.source("openai", "gpt-4o-mini") is PriceSource.OWN


def test_a_part_of_a_micro_dollar_is_a_whole_one() -> None:
    prices = Prices(own={("local", "tiny"): OwnPrice(Decimal("0.15"), Decimal(0))})
    assert cost(prices, "local", "tiny", 1) == 1
    assert cost(prices, "local", "tiny", 20) == 3
    assert cost(prices, "local", "tiny", 21) == 4


def test_what_costs_nothing_is_known_to() -> None:
    prices = Prices(own={("ollama", "qwen3:8b"): OwnPrice(Decimal(0), Decimal(0))})
    assert cost(prices, "ollama", "qwen3:8b", 5_000, 5_000) == 0


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("ollama", "gpt-4o-mini"),
        ("openai-compatible", "gpt-4o-mini"),
        ("openai", "no such model"),
        ("nobody", "gpt-4o-mini"),
    ],
)
def test_a_price_that_nobody_knows_is_none(provider: str, model: str) -> None:
    prices = Prices(urls={"openai-compatible": "http://192.168.1.7:8080/v1"})
    assert cost(prices, provider, model) is None
    assert prices.source(provider, model) is PriceSource.UNKNOWN


def test_the_table_knows_models_of_each_paid_provider() -> None:
    prices = Prices(urls={"openai-compatible": "https://api.groq.com/openai/v1"})
    for provider, model in (
        ("openai", "gpt-4o-mini"),
        ("anthropic", "claude-haiku-4-5"),
        ("google", "gemini-2.5-flash"),
        ("mistral", "mistral-small-latest"),
        ("openrouter", "openai/gpt-4o-mini"),
        ("openai-compatible", "llama-3.3-70b-versatile"),
    ):
        price = cost(prices, provider, model)
        assert price is not None, provider
        assert 10_000 < price < 100_000_000, f"{provider}: a million tokens cost cents to dollars, not {price}"
        assert prices.source(provider, model) is PriceSource.TABLE


def test_the_table_has_a_date() -> None:
    found = table_date()
    assert found is not None
    assert found.year >= 2026
