"""A bar on standard error for work that is counted in rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def row_progress(label: str, rows: int) -> Iterator[Callable[[int], None]]:
    """Show how much of so many rows is done; gives the function to tell it of more."""
    with click.progressbar(range(max(rows, 1)), label=label, file=sys.stderr) as bar:
        yield lambda count: bar.update(count)
