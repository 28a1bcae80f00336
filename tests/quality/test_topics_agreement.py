"""The tagger agrees with other editors' classes, which it was not trained on; measured by `benchmarks/topics.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from nutgraf.stages.tag import load_taxonomy

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
DATA = Path(__file__).parents[3] / "shared" / "data"
DIGESTS = {
    "topics-dev.jsonl.gz": "04f232195778cffbcc9c495065d0701ccd9bcdf7a78adba93d043575ce542993",
    "stream-dev.jsonl.gz": "d04682fd48dbd7f75ad239e782a609f83029320e249b2f11e447d28933b78ec7",
}
EVERY = 4
FIRST = 1  # the odd ones: cues were only written while looking at the even ones

pytestmark = [
    pytest.mark.data,
    pytest.mark.slow,
    pytest.mark.skipif(not all((DATA / name).exists() for name in DIGESTS), reason="the measuring data is not there"),
]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        return __import__("topics")
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize("name", DIGESTS)
def test_the_floors_are_for_this_data(bench: ModuleType, name: str) -> None:
    assert bench.sha256(DATA / name) == DIGESTS[name]


def test_bbc_desks(bench: ModuleType) -> None:
    result = bench.bbc(load_taxonomy(), EVERY, FIRST)
    assert result.share(result.given) >= 0.95
    assert result.share(result.first) >= 0.88
    assert result.share(result.forced) >= 0.945
    assert all(result.given[label] / items >= 0.84 for label, items in result.items.items())
    assert result.topic_counts[0] == 0
    assert max(result.topic_counts) <= 6


def test_reuters_subjects(bench: ModuleType) -> None:
    result = bench.reuters(load_taxonomy(), EVERY, FIRST)
    assert result.share(result.given) >= 0.895


def test_sections_of_the_stream(bench: ModuleType) -> None:
    result = bench.stream(load_taxonomy(), 2 * EVERY, FIRST)
    assert result.share(result.given) >= 0.84
    assert result.share(result.first) >= 0.725
