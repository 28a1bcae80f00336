"""The ledger as plain values for JSON: the page of accuracy, for machines."""

from __future__ import annotations

from typing import Any

from nutgraf.domain.ledger import MEASURES, Ledger, LedgerCounts


def ledger_to_dict(ledger: Ledger) -> dict[str, Any]:
    """Days as ISO dates (UTC), counts by the names of LedgerCounts, with `sentences` as their sum of published ones."""
    return {
        "first": ledger.first.isoformat(),
        "last": ledger.last.isoformat(),
        "total": _counts(ledger.total),
        "by_day": [{"day": day.isoformat(), **_counts(counts)} for day, counts in ledger.by_day],
        "by_writer": [
            {
                "writer": maker.writer,
                "model": maker.model,
                "prompt_version": maker.prompt_version,
                **_counts(counts),
            }
            for maker, counts in ledger.by_maker
        ],
        "by_publisher": [
            {"publisher": name, "slug": slug, **_counts(counts)} for slug, name, counts in ledger.by_publisher
        ],
        "publishers": ledger.publisher_count,
    }


def _counts(counts: LedgerCounts) -> dict[str, int]:
    return {"sentences": counts.sentences, **{name: getattr(counts, name) for name in MEASURES}}
