"""Publishers' icons and lead pictures, on each database."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from nutgraf.adapters.store import SqlStore
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.picture import Picture, PictureFacts, PictureKind, StoredPicture, WantedPicture
from nutgraf.domain.records import BriefQuery
from nutgraf.errors import NotFound
from nutgraf.ports import Store
from store_values import HOUR, NOON, make_article, make_brief, make_document, make_entry

ICON = "https://press.example/icon.png"
ROOM_BYTES = 1_000_000


def brief_with_pictures(store: Store, name: str, *, lead: str = "", icon: str = ICON, at=NOON) -> ArticleId:
    url = f"https://press.example/{name}"
    article_id = store.add_article(make_entry(name), now=at)
    article = dataclasses.replace(make_article(f"About {name}. It is told.", url=url), lead_image_url=lead)
    store.save_document(article_id, make_document(url), now=at)
    store.save_extraction(article_id, article, band_keys=[], copy_of=None, icon_url=icon, now=at)
    assert store.save_brief(article_id, store.current_revision(article_id).id, make_brief(article), now=at)
    assert store.publish(article_id, now=at)
    return article_id


def due(store: Store, at=NOON) -> dict[str, WantedPicture]:
    return {wanted.url: wanted for wanted in store.due_pictures(tuple(PictureKind), now=at, limit=100)}


def keep(store: Store, wanted: WantedPicture, body: bytes, *, at=NOON, next_at=None, room=ROOM_BYTES) -> str:
    facts = PictureFacts("image/png", 40, 30, len(body))
    store.save_picture(wanted, facts, body, now=at, next_at=next_at, max_total_bytes=room)
    return hashlib.sha256(body).hexdigest()


def card_of(store: Store, article_id: ArticleId):
    cards = store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)
    return next(card for card in cards if card.article_id == article_id)


def test_pictures_of_an_article_are_wanted_and_then_shown(store: SqlStore) -> None:
    article_id = brief_with_pictures(store, "a", lead="https://press.example/a.jpg")
    wanted = due(store)
    assert {url: picture.kind for url, picture in wanted.items()} == {
        ICON: PictureKind.ICON, "https://press.example/a.jpg": PictureKind.LEAD,
    }  # fmt: skip
    assert card_of(store, article_id).lead_picture is None

    icon_digest = keep(store, wanted[ICON], b"icon")
    lead_digest = keep(store, wanted["https://press.example/a.jpg"], b"lead")

    card = card_of(store, article_id)
    assert card.publisher.icon == Picture(icon_digest, 40, 30)
    assert card.lead_picture == Picture(lead_digest, 40, 30)
    page = store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert (page.card.lead_picture, page.card.publisher.icon) == (card.lead_picture, card.publisher.icon)
    assert store.get_publisher(card.publisher.slug).icon == card.publisher.icon
    assert store.list_publishers()[0].icon == card.publisher.icon
    assert store.load_picture(lead_digest) == StoredPicture("image/png", b"lead")
    assert due(store, NOON + 9_000 * HOUR) == {}


def test_only_kinds_that_are_asked_for_are_due(store: SqlStore) -> None:
    brief_with_pictures(store, "a", lead="https://press.example/a.jpg")
    assert [wanted.url for wanted in store.due_pictures((PictureKind.ICON,), now=NOON, limit=9)] == [ICON]
    assert store.due_pictures((PictureKind.ICON,), now=NOON - HOUR, limit=9) == []


def test_a_picture_that_is_not_stored_is_not_found(store: SqlStore) -> None:
    with pytest.raises(NotFound):
        store.load_picture("0" * 64)


def test_a_page_elsewhere_does_not_choose_the_icon(store: SqlStore) -> None:
    brief_with_pictures(store, "a", icon="")
    article_id = store.add_article(make_entry("b"), now=NOON)
    impostor = make_article("Another text. It is told.", url="https://impostor.example/b")
    store.save_document(article_id, make_document("https://impostor.example/b"), now=NOON)
    store.save_extraction(
        article_id, impostor, band_keys=[], copy_of=None, icon_url="https://impostor.example/i.png", now=NOON
    )
    assert store.due_pictures((PictureKind.ICON,), now=NOON, limit=9) == []


def test_an_icon_that_was_found_stays_until_it_is_due_again(store: SqlStore) -> None:
    brief_with_pictures(store, "a")
    digest = keep(store, due(store)[ICON], b"icon", next_at=NOON + 700 * HOUR)
    brief_with_pictures(store, "b", icon="https://press.example/other.png", at=NOON + HOUR)
    assert due(store, NOON + HOUR) == {}

    article_id = brief_with_pictures(store, "c", icon="https://press.example/other.png", at=NOON + 701 * HOUR)
    assert list(due(store, NOON + 701 * HOUR)) == ["https://press.example/other.png"]
    icon = card_of(store, article_id).publisher.icon
    assert icon is not None
    assert icon.digest == digest, "the old one is shown until then"


def test_failures_are_counted_and_what_was_kept_stays(store: SqlStore) -> None:
    article_id = brief_with_pictures(store, "a")
    keep(store, due(store)[ICON], b"icon", next_at=NOON + HOUR)
    (wanted,) = due(store, NOON + HOUR).values()
    store.defer_picture(wanted, until=NOON + 3 * HOUR, error_code="timeout")
    assert due(store, NOON + 2 * HOUR) == {}
    (again,) = due(store, NOON + 3 * HOUR).values()
    assert again.attempts == 1
    store.defer_picture(again, until=None, error_code="http_404")
    assert due(store, NOON + 999 * HOUR) == {}
    assert card_of(store, article_id).publisher.icon is not None


def test_a_picture_of_two_articles_is_kept_once(store: SqlStore) -> None:
    for name in ("a", "b"):
        brief_with_pictures(store, name, lead=f"https://press.example/{name}.jpg", icon="")
    digests = {keep(store, wanted, b"the same") for wanted in due(store).values()}
    assert len(digests) == 1
    cards = store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)
    assert {card.lead_picture for card in cards} == {Picture(digests.pop(), 40, 30)}


def test_the_oldest_lead_pictures_make_room_and_icons_stay(store: SqlStore) -> None:
    names = [f"n{number}" for number in range(8)]
    for name in names:
        brief_with_pictures(store, name, lead=f"https://press.example/{name}.jpg")
    wanted = due(store)
    icon = keep(store, wanted[ICON], b"i" * 100, at=NOON - HOUR, room=1_000)
    digests = {
        name: keep(
            store, wanted[f"https://press.example/{name}.jpg"], name.encode() * 100, at=NOON + number * HOUR, room=1_000
        )
        for number, name in enumerate(names)
    }
    assert store.load_picture(icon).body == b"i" * 100
    shown = [card.lead_picture for card in store.list_briefs(BriefQuery(), reader_id=DEFAULT_READER)]
    kept = [name for name in names if _is_kept(store, digests[name])]
    assert kept == names[-len(kept) :]
    assert 2 <= len(kept) <= 4
    assert sum(picture is not None for picture in shown) == len(kept), "nothing is shown that is not there"


def test_a_replaced_picture_is_let_go(store: SqlStore) -> None:
    brief_with_pictures(store, "a")
    wanted = due(store)[ICON]
    old = keep(store, wanted, b"old", next_at=NOON)
    new = keep(store, wanted, b"new", at=NOON + HOUR)
    assert (_is_kept(store, old), _is_kept(store, new)) == (False, True)


def test_a_picture_that_is_no_longer_wanted_is_not_kept(store: SqlStore) -> None:
    brief_with_pictures(store, "a", lead="https://press.example/a.jpg", icon="")
    (wanted,) = due(store).values()
    digest = keep(store, dataclasses.replace(wanted, url="https://press.example/before.jpg"), b"before")
    assert not _is_kept(store, digest)
    assert list(due(store)) == ["https://press.example/a.jpg"]


def _is_kept(store: Store, digest: str) -> bool:
    try:
        store.load_picture(digest)
    except NotFound:
        return False
    return True
