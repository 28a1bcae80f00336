"""The ledger as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from nutgraf.domain.ledger import Ledger, LedgerCounts
from nutgraf.outputs.terminal import printable

_HEAD = ("sentences", "weak", "repaired", "dropped", "reports", "upheld", "updates", "that broke one")
_NAME_CHARS = 32


def format_ledger(ledger: Ledger) -> str:
    """A table of the counts in all, by maker and by publisher, ending in a newline."""
    makers = [(" ".join(filter(None, (m.writer, m.model, m.prompt_version))), counts) for m, counts in ledger.by_maker]
    publishers = [(name, counts) for _, name, counts in ledger.by_publisher]
    rows = [("In all", ledger.total), *makers, *publishers]
    lines = [f"From {ledger.first} to {ledger.last} (UTC)", "", _line("", _HEAD)]
    lines += [_line(name, _cells(counts)) for name, counts in rows]
    return "\n".join(lines) + "\n"


def _cells(counts: LedgerCounts) -> tuple[str, ...]:
    numbers = (
        counts.sentences, counts.weak, counts.repaired, counts.dropped,
        counts.reports, counts.upheld, counts.updates, counts.breaking_updates,
    )  # fmt: skip
    return tuple(f"{number:,}" for number in numbers)


def _line(name: str, cells: Iterable[str]) -> str:
    widths = (max(len(title), 7) for title in _HEAD)
    columns = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"{printable(name)[:_NAME_CHARS]:<{_NAME_CHARS}}  {columns}".rstrip()
