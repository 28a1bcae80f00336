"""Bytes of a body while it comes in."""

from __future__ import annotations

import os

import psutil
import pytest

from nutgraf.adapters.http.holding import OWN_MEMORY_FROM_BYTES, HeldBytes


@pytest.mark.parametrize("piece_bytes", [1_000, OWN_MEMORY_FROM_BYTES, 3 * OWN_MEMORY_FROM_BYTES])
def test_what_is_written_is_held(piece_bytes: int) -> None:
    data = os.urandom(3 * OWN_MEMORY_FROM_BYTES)
    held = HeldBytes(len(data))
    for start in range(0, len(data), piece_bytes):
        held.write(data[start : start + piece_bytes])
        assert held.size_bytes == min(start + piece_bytes, len(data))
    assert held.value() == data
    with pytest.raises(ValueError, match="more bytes"):
        held.write(b"x")
    held.close()
    held.close()


def test_nothing_is_an_empty_value() -> None:
    assert HeldBytes(10).value() == b""


def test_large_bytes_end_with_their_memory_and_take_no_more_than_they_are() -> None:
    process = psutil.Process()
    before_bytes = process.memory_info().rss
    held = HeldBytes(1_000_000_000)
    for _ in range(300):
        held.write(bytes(100_000))
    full_bytes = process.memory_info().rss
    held.close()
    assert 25_000_000 < full_bytes - before_bytes < 60_000_000
    assert process.memory_info().rss < full_bytes - 25_000_000
