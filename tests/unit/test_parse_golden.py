"""Feeds of every format and trap in tests/golden/feeds against what is to come out of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from golden_feeds import INPUTS, expected_path, outcome


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_golden_feed(path: Path) -> None:
    assert outcome(path) == json.loads(expected_path(path).read_text(encoding="utf-8"))
