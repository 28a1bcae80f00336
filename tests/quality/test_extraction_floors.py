"""Floors of extraction on every sixth page of the measuring sets; the figures are those of benchmarks/extraction.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"

pytestmark = [
    pytest.mark.data,
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "extraction-dev.tar.xz").exists(), reason="the measuring data is not here"),
]


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import extraction

    yield extraction
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.fixture(scope="module")
def scores(bench: ModuleType) -> dict[str, object]:
    found = {name: bench.Score() for name in bench.SETS}
    for name, gold, page in bench.load_pages(DATA, every=6):
        reading = bench.read_with_nutgraf(page, gold.get("url") or "https://example.org/news/page")
        bench.add_page(found[name], gold, reading)
    return found


@pytest.mark.parametrize(
    ("name", "floor"), [("trafilatura-eval", 0.945), ("readability", 0.928), ("newspaper4k", 0.985)]
)
def test_text(scores: dict[str, object], name: str, floor: float) -> None:
    assert scores[name].f1 >= floor  # type: ignore[attr-defined]


def test_titles_dates_and_authors(scores: dict[str, object]) -> None:
    score = scores["trafilatura-eval"]
    floors = ((score.titles, 0.935), (score.dates, 0.89), (score.authors, 0.55))  # type: ignore[attr-defined]
    for counts, floor in floors:
        assert counts[True] / counts.total() >= floor
