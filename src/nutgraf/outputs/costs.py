"""What language models cost, in words, as JSON values and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nutgraf.domain.model import ModelUsage
from nutgraf.domain.spending import MICRO, Costs, CostSums
from nutgraf.outputs.terminal import printable
from nutgraf.outputs.wording import counted

PRICE_UNKNOWN = "price unknown"
NO_FEED = "No feed"
UNFOLLOWED = "A feed no longer followed"
_CENT = MICRO // 100
_HEAD = ("calls", "failed", "cached", "tokens in", "tokens out", "cost")
_NAME_CHARS = 32


def money(micro_dollars: int) -> str:
    """An amount as people write it: `$1.20`, `0.4 cents`; never rounded to nothing."""
    if micro_dollars >= MICRO:
        return f"${micro_dollars / MICRO:,.2f}"
    cents = micro_dollars / _CENT
    if not micro_dollars:
        return "0 cents"
    if cents < 0.01:
        return "under 0.01 cents"
    text = f"{cents:.1f}" if cents >= 0.1 else f"{cents:.2f}"
    return f"{text.removesuffix('.0')} cent{'' if text in ('1', '1.0') else 's'}"


def usage_words(usage: ModelUsage) -> str:
    """What a brief took, as in `1,900 + 480 tokens, 0.4 cents, 3.2 s`."""
    if not usage.calls:
        return "an answer paid for before"
    about = "" if usage.is_counted else "about "
    price = PRICE_UNKNOWN if usage.micro_dollars is None else money(usage.micro_dollars)
    parts = [
        f"{about}{usage.input_tokens:,} + {usage.output_tokens:,} tokens",
        price,
        f"{usage.milliseconds / 1000:.1f} s",
    ]
    if usage.calls > 1:
        parts.append(counted(usage.calls, "call"))
    if usage.cached_calls:
        parts.append(f"{counted(usage.cached_calls, 'answer')} paid for before")
    return ", ".join(parts)


def cost_words(sums: CostSums) -> str:
    """What calls cost; says so where some have no known price."""
    if not sums.unpriced:
        return money(sums.micro_dollars)
    if sums.unpriced == sums.calls:
        return PRICE_UNKNOWN
    return f"{money(sums.micro_dollars)} + {counted(sums.unpriced, 'call')} of unknown price"


def feed_name(title: str, feed_id: int | None) -> str:
    """A feed of the costs, also one that is gone."""
    return title or (NO_FEED if feed_id is None else UNFOLLOWED)


def usage_to_dict(usage: ModelUsage | None) -> dict[str, Any] | None:
    """What a brief took as plain values; `micro_dollars` are millionths of a US dollar, null where unknown."""
    if usage is None:
        return None
    return {
        "calls": usage.calls,
        "cached_calls": usage.cached_calls,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "is_counted": usage.is_counted,
        "micro_dollars": usage.micro_dollars,
        "milliseconds": usage.milliseconds,
    }


def costs_to_dict(costs: Costs) -> dict[str, Any]:
    """The sums as plain values."""
    return {
        "first": costs.first.isoformat(),
        "last": costs.last.isoformat(),
        "total": _sums(costs.total),
        "by_day": [{"day": day.isoformat(), **_sums(sums)} for day, sums in costs.by_day],
        "by_model": [{"provider": name.provider, "model": name.model, **_sums(sums)} for name, sums in costs.by_model],
        "by_feed": [{"feed": feed_id, "title": title or None, **_sums(sums)} for feed_id, title, sums in costs.by_feed],
        "by_purpose": [{"purpose": purpose, **_sums(sums)} for purpose, sums in costs.by_purpose],
    }


def format_costs(costs: Costs) -> str:
    """A table in all, by model, feed and purpose, ending in a newline."""
    rows = [
        ("In all", costs.total),
        *((f"{name.provider}/{name.model}", sums) for name, sums in costs.by_model),
        *((feed_name(title, feed_id), sums) for feed_id, title, sums in costs.by_feed),
        *((f"To {purpose}", sums) for purpose, sums in costs.by_purpose),
    ]
    lines = [f"From {costs.first} to {costs.last}", "", _line("", _HEAD)]
    lines += [_line(name, _cells(sums)) for name, sums in rows]
    if costs.total.estimated:
        lines += ["", f"Of {counted(costs.total.estimated, 'call')} the tokens are an estimate."]
    return "\n".join(lines) + "\n"


def _cells(sums: CostSums) -> tuple[str, ...]:
    numbers = (sums.calls, sums.failed, sums.cached, sums.input_tokens, sums.output_tokens)
    return *(f"{number:,}" for number in numbers), cost_words(sums)


def _line(name: str, cells: Iterable[str]) -> str:
    widths = (max(len(title), 11) for title in _HEAD)
    columns = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"{printable(name)[:_NAME_CHARS]:<{_NAME_CHARS}}  {columns}".rstrip()


def _sums(sums: CostSums) -> dict[str, int]:
    return {
        "calls": sums.calls,
        "failed": sums.failed,
        "cached": sums.cached,
        "estimated": sums.estimated,
        "unpriced": sums.unpriced,
        "input_tokens": sums.input_tokens,
        "output_tokens": sums.output_tokens,
        "micro_dollars": sums.micro_dollars,
        "milliseconds": sums.milliseconds,
    }
