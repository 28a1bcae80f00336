"""The operator's own prompts, on each database."""

from __future__ import annotations

import pytest

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.prompt import prompt_version_of
from nutgraf.errors import NotFound
from store_values import HOUR, NOON

WORDS = "Write for people who farm."
FIRST = prompt_version_of(WORDS)


def test_one_prompt_at_most_is_live(store: SqlStore) -> None:
    assert store.live_prompt() is None
    store.save_previewed_prompt(FIRST, WORDS, now=NOON)
    store.save_previewed_prompt("own-2", "Write for sailors.", now=NOON + HOUR)
    assert store.live_prompt() is None, "a preview changes nothing"
    store.use_prompt(FIRST, now=NOON)
    store.use_prompt("own-2", now=NOON + HOUR)
    live = store.live_prompt()
    assert live is not None
    assert (live.version, live.text, live.live_at) == ("own-2", "Write for sailors.", NOON + HOUR)
    assert [(one.version, one.live_at is not None) for one in store.list_prompts()] == [("own-2", True), (FIRST, False)]
    store.use_prompt(None, now=NOON)
    assert store.live_prompt() is None


def test_an_unknown_version_changes_nothing(store: SqlStore) -> None:
    store.save_previewed_prompt(FIRST, WORDS, now=NOON)
    store.use_prompt(FIRST, now=NOON)
    with pytest.raises(NotFound):
        store.use_prompt("own-none", now=NOON)
    live = store.live_prompt()
    assert live is not None
    assert live.version == FIRST


def test_a_second_preview_is_noted(store: SqlStore) -> None:
    store.save_previewed_prompt(FIRST, WORDS, now=NOON)
    store.save_previewed_prompt(FIRST, WORDS, now=NOON + HOUR)
    [one] = store.list_prompts()
    assert (one.saved_at, one.previewed_at) == (NOON, NOON + HOUR)
    assert prompt_version_of(f"  {WORDS}\n") == FIRST
