"""Readers, sessions and one-time links, on each database."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from nutgraf.adapters.store import SqlStore, accounts
from nutgraf.adapters.store.engine import Database
from nutgraf.domain.account import Role, TicketKind, TokenScope
from nutgraf.domain.ids import DEFAULT_READER, ReaderId
from nutgraf.domain.marks import Mark
from nutgraf.errors import Conflict, NotFound
from store_values import NOON, publish_new

DAY = timedelta(days=1)
NOBODY = ReaderId(999)


def invite(store: SqlStore, name: str, role: Role = Role.READER) -> ReaderId:
    token = store.issue_ticket(TicketKind.INVITE, role=role, now=NOON, expires_at=NOON + DAY)
    return store.redeem_ticket(token, name=name, password_hash=f"hash of {name}", now=NOON).id


def test_the_first_reader_is_an_operator_without_a_password(store: SqlStore) -> None:
    [reader] = store.list_readers()
    assert (reader.id, reader.role, reader.has_password) == (DEFAULT_READER, Role.OPERATOR, False)
    assert store.get_reader(DEFAULT_READER) == reader
    assert store.find_reader(reader.name) is None, "no name to sign in with yet"


def test_a_site_is_set_up_once(store: SqlStore) -> None:
    token = store.issue_ticket(TicketKind.SET_UP, reader_id=DEFAULT_READER, now=NOON, expires_at=NOON + DAY)
    ticket = store.get_ticket(token, now=NOON)
    assert (ticket.kind, ticket.reader) == (TicketKind.SET_UP, store.get_reader(DEFAULT_READER))
    reader = store.redeem_ticket(token, name="Ada", password_hash="h", now=NOON)
    assert (reader.id, reader.name, reader.role, reader.has_password) == (DEFAULT_READER, "Ada", Role.OPERATOR, True)
    assert store.find_reader("  aDa ") == (reader, "h")
    for again in (lambda: store.get_ticket(token, now=NOON), lambda: invite_with(store, token)):
        with pytest.raises(NotFound):
            again()


def invite_with(store: SqlStore, token: str) -> object:
    return store.redeem_ticket(token, name="Eve", password_hash="x", now=NOON)


def test_an_invitation_makes_a_reader_of_the_role_it_says(store: SqlStore) -> None:
    reader_id = invite(store, "Bo", Role.OPERATOR)
    assert store.get_reader(reader_id).role is Role.OPERATOR
    assert store.get_reader(invite(store, "Cy")).role is Role.READER


def test_a_link_expires(store: SqlStore) -> None:
    token = store.issue_ticket(TicketKind.INVITE, now=NOON, expires_at=NOON + DAY)
    with pytest.raises(NotFound):
        store.redeem_ticket(token, name="Bo", password_hash="h", now=NOON + DAY)
    with pytest.raises(NotFound):
        store.get_ticket("made up", now=NOON)


def test_a_new_link_for_a_reader_ends_the_earlier_one(store: SqlStore) -> None:
    first = store.issue_ticket(TicketKind.SET_UP, reader_id=DEFAULT_READER, now=NOON, expires_at=NOON + DAY)
    store.issue_ticket(TicketKind.SET_UP, reader_id=DEFAULT_READER, now=NOON, expires_at=NOON + DAY)
    with pytest.raises(NotFound):
        store.get_ticket(first, now=NOON)
    with pytest.raises(NotFound):
        store.issue_ticket(TicketKind.RESET, reader_id=NOBODY, now=NOON, expires_at=NOON + DAY)


def test_a_name_is_one_readers_whatever_its_case(store: SqlStore) -> None:
    invite(store, "Straße Bo")
    token = store.issue_ticket(TicketKind.INVITE, now=NOON, expires_at=NOON + DAY)
    with pytest.raises(Conflict):
        store.redeem_ticket(token, name="STRASSE  bo", password_hash="h", now=NOON)
    assert store.redeem_ticket(token, name="Other", password_hash="h", now=NOON), "the link is still good"


def test_a_reset_ends_sessions_and_keeps_the_reader(store: SqlStore) -> None:
    reader_id = invite(store, "Bo")
    session = store.open_session(reader_id, now=NOON, expires_at=NOON + DAY)
    token = store.issue_ticket(TicketKind.RESET, reader_id=reader_id, now=NOON, expires_at=NOON + DAY)
    assert store.redeem_ticket(token, name="Bo", password_hash="new", now=NOON).id == reader_id
    assert store.find_session(session, now=NOON) is None
    found = store.find_reader("Bo")
    assert found is not None
    assert found[1] == "new"


def test_a_session_lasts_until_it_ends(store: SqlStore) -> None:
    reader_id = invite(store, "Bo")
    token = store.open_session(reader_id, now=NOON, expires_at=NOON + DAY)
    session = store.find_session(token, now=NOON)
    assert session is not None
    assert (session.reader.id, session.expires_at) == (reader_id, NOON + DAY)
    assert store.find_session(token, now=NOON + DAY) is None
    assert store.find_session("made up", now=NOON) is None
    assert store.find_session("\ud800", now=NOON) is None
    store.close_session(token)
    assert store.find_session(token, now=NOON) is None
    with pytest.raises(NotFound):
        store.open_session(NOBODY, now=NOON, expires_at=NOON + DAY)


def test_all_sessions_end_together(store: SqlStore) -> None:
    reader_id = invite(store, "Bo")
    tokens = [store.open_session(reader_id, now=NOON, expires_at=NOON + DAY) for _ in range(3)]
    other = store.open_session(DEFAULT_READER, now=NOON, expires_at=NOON + DAY)
    store.close_sessions(reader_id)
    assert [store.find_session(token, now=NOON) for token in tokens] == [None] * 3
    assert store.find_session(other, now=NOON)
    kept = store.open_session(reader_id, now=NOON, expires_at=NOON + DAY)
    store.change_password(reader_id, "other")
    assert store.find_session(kept, now=NOON) is None


def test_a_reader_has_so_many_sessions_and_no_more(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MAX_SESSIONS", 2)
    tokens = [
        store.open_session(DEFAULT_READER, now=NOON + number * DAY, expires_at=NOON + 30 * DAY) for number in range(4)
    ]
    alive = [store.find_session(token, now=NOON + 4 * DAY) is not None for token in tokens]
    assert alive == [False, False, True, True]


def test_who_is_kept_out_is_out_at_once_and_may_come_back(store: SqlStore) -> None:
    reader_id = invite(store, "Bo")
    session = store.open_session(reader_id, now=NOON, expires_at=NOON + DAY)
    link = store.issue_ticket(TicketKind.RESET, reader_id=reader_id, now=NOON, expires_at=NOON + DAY)
    store.set_disabled(reader_id, NOON)
    assert store.find_session(session, now=NOON) is None
    with pytest.raises(NotFound):
        store.get_ticket(link, now=NOON)
    assert store.get_reader(reader_id).disabled_at == NOON
    store.set_disabled(reader_id, None)
    assert store.get_reader(reader_id).disabled_at is None
    assert store.find_session(session, now=NOON) is None


def test_the_last_operator_stays(store: SqlStore) -> None:
    with pytest.raises(Conflict):
        store.set_disabled(DEFAULT_READER, NOON)
    invite(store, "Bo", Role.OPERATOR)
    store.set_disabled(DEFAULT_READER, NOON)


def test_the_database_holds_no_token(store: SqlStore, store_url: str) -> None:
    tokens = {
        store.open_session(DEFAULT_READER, now=NOON, expires_at=NOON + DAY),
        store.issue_ticket(TicketKind.INVITE, now=NOON, expires_at=NOON + DAY),
    }
    database = Database(store_url)
    for table in ("sessions", "tickets"):
        rows = database.read(lambda connection, table=table: connection.execute(text(f"SELECT * FROM {table}")).all())
        assert rows
        assert not any(value in tokens for row in rows for value in row)
    database.close()


def test_a_token_reads_as_its_reader_until_it_is_revoked(store: SqlStore) -> None:
    reader_id = invite(store, "Bo")
    token = store.issue_token(reader_id, TokenScope.FEEDS, "Newsboat\x00", now=NOON)
    other = store.issue_token(reader_id, TokenScope.API, "A script", now=NOON)
    assert store.find_token(token) == (store.get_reader(reader_id), TokenScope.FEEDS)
    assert store.find_token(other) == (store.get_reader(reader_id), TokenScope.API)
    assert store.find_token("made up") is None
    script, newsboat = store.list_tokens(reader_id)
    assert (script.name, script.scope, script.created_at) == ("A script", TokenScope.API, NOON)
    assert store.list_tokens(DEFAULT_READER) == []
    with pytest.raises(NotFound):
        store.revoke_token(DEFAULT_READER, newsboat.id)
    store.revoke_token(reader_id, newsboat.id)
    assert store.find_token(token) is None
    assert store.find_token(other) is not None


def test_tokens_end_with_their_reader(store: SqlStore) -> None:
    reader_id = invite(store, "Bo")
    token = store.issue_token(reader_id, TokenScope.API, "", now=NOON)
    store.change_password(reader_id, "another")
    assert store.find_token(token) is not None
    store.set_disabled(reader_id, NOON)
    assert store.find_token(token) is None
    store.set_disabled(reader_id, None)
    link = store.issue_ticket(TicketKind.RESET, reader_id=reader_id, now=NOON, expires_at=NOON + DAY)
    store.redeem_ticket(link, name="Bo", password_hash="new", now=NOON)
    assert store.find_token(token) is None, "whoever starts afresh trusts nothing of before"


def test_tokens_are_few_and_kept_as_hashes(store: SqlStore, store_url: str) -> None:
    with pytest.raises(NotFound):
        store.issue_token(NOBODY, TokenScope.API, "", now=NOON)
    tokens = [store.issue_token(DEFAULT_READER, TokenScope.API, "x", now=NOON) for _ in range(accounts.MAX_TOKENS)]
    with pytest.raises(Conflict):
        store.issue_token(DEFAULT_READER, TokenScope.API, "x", now=NOON)
    database = Database(store_url)
    kept = database.read(lambda connection: connection.execute(text("SELECT * FROM access_tokens")).all())
    database.close()
    assert len(set(tokens)) == len(kept) == accounts.MAX_TOKENS
    assert not any(token in repr(row) for token in tokens for row in kept)


def test_a_reader_gets_all_that_is_kept_of_them_and_no_hash(store: SqlStore) -> None:
    bo, cy = invite(store, "Bo"), invite(store, "Cy")
    article_id = publish_new(store, "a")
    store.set_mark(bo, article_id, Mark.SAVED, is_set=True, now=NOON)
    store.record_read(bo, article_id, now=NOON)
    store.set_mark(cy, article_id, Mark.HIDDEN, is_set=True, now=NOON)
    store.save_search(bo, "ferry", now=NOON)
    store.open_session(bo, now=NOON, expires_at=NOON + DAY)
    data = store.reader_data(bo)
    assert data["readers"][0]["name"] == "Bo"
    assert [(row["url"], row["saved_at"]) for row in data["marks"]] == [("https://press.example/a", NOON.isoformat())]
    assert [row["text"] for row in data["saved_searches"]] == ["ferry"]
    assert (len(data["reads"]), len(data["sessions"])) == (1, 1)
    assert "hash" not in json.dumps(data)
    with pytest.raises(NotFound):
        store.reader_data(NOBODY)


def test_a_deleted_reader_leaves_nothing_and_others_keep_theirs(store: SqlStore) -> None:
    bo, cy = invite(store, "Bo"), invite(store, "Cy")
    article_id = publish_new(store, "a")
    for reader_id in (bo, cy):
        store.set_mark(reader_id, article_id, Mark.SAVED, is_set=True, now=NOON)
    store.delete_reader(bo)
    assert [reader.name for reader in store.list_readers()] == ["Reader", "Cy"]
    assert len(store.list_saved(cy)) == 1
    for again in (lambda: store.delete_reader(bo), lambda: store.reader_data(bo)):
        with pytest.raises(NotFound):
            again()


def test_the_only_operator_stays_and_the_first_reader_becomes_nobody(store: SqlStore) -> None:
    token = store.issue_ticket(TicketKind.SET_UP, reader_id=DEFAULT_READER, now=NOON, expires_at=NOON + DAY)
    store.redeem_ticket(token, name="Ada", password_hash="h", now=NOON)
    article_id = publish_new(store, "a")
    store.set_mark(DEFAULT_READER, article_id, Mark.SAVED, is_set=True, now=NOON)
    with pytest.raises(Conflict):
        store.delete_reader(DEFAULT_READER)
    invite(store, "Bo", Role.OPERATOR)
    store.delete_reader(DEFAULT_READER)
    first = store.get_reader(DEFAULT_READER)
    assert (first.name, first.has_password) == ("Reader", False)
    assert store.find_reader("Ada") is None
    assert store.list_saved(DEFAULT_READER) == []
