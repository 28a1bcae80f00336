"""How readers like pages to be, on each database."""

from __future__ import annotations

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.account import TicketKind
from nutgraf.domain.appearance import Appearance, ListView, Measure, TextSize, Theme
from nutgraf.domain.ids import DEFAULT_READER
from store_values import HOUR, NOON


def test_what_a_reader_chose_is_kept_and_is_theirs_alone(store: SqlStore) -> None:
    token = store.issue_ticket(TicketKind.INVITE, now=NOON, expires_at=NOON + HOUR)
    other = store.redeem_ticket(token, name="Bo", password_hash="h", now=NOON).id
    assert store.appearance(DEFAULT_READER) == Appearance()
    chosen = Appearance(TextSize.LARGEST, Measure.NARROW, Theme.DARK, ListView.HEADLINES, has_keys=False)
    store.set_appearance(DEFAULT_READER, chosen)
    assert store.appearance(DEFAULT_READER) == chosen
    assert store.appearance(other) == Appearance()
    store.set_appearance(DEFAULT_READER, Appearance(theme=Theme.LIGHT))
    assert store.appearance(DEFAULT_READER) == Appearance(theme=Theme.LIGHT)
