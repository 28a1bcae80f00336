"""Publishers' icons and articles' lead pictures: wanted, fetched, kept once by content, and let go when room is needed.

A picture is wanted in the transaction that stores its article's text. Its body is kept under its SHA-256, so that the
same picture of many articles is kept once, and so that nobody can ask the site for a picture of their choosing.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import Insert

from nutgraf.adapters.store.engine import Repository, insert_into, reading, writing
from nutgraf.adapters.store.tables import picture_bodies, pictures
from nutgraf.domain.picture import PictureFacts, PictureKind, StoredPicture, WantedPicture
from nutgraf.errors import NotFound

KEPT_SHARE = 0.9
"""Of the room for pictures, how much is still in use after some had to go: so that not every picture costs a search."""
BODIES_PER_ROUND = 64

_WANTED = (
    select(pictures.c.kind, pictures.c.owner_id, pictures.c.url, pictures.c.attempts)
    .where(pictures.c.due_at <= bindparam("now"), pictures.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(pictures.c.due_at)
    .limit(bindparam("limit"))
)
_TOTAL = select(func.coalesce(func.sum(picture_bodies.c.size_bytes), 0))


class SqlPictures(Repository):
    """Pictures in the tables `pictures` and `picture_bodies`."""

    @reading
    def due_pictures(
        self, connection: Connection, kinds: Sequence[PictureKind], *, now: datetime, limit: int
    ) -> list[WantedPicture]:
        """Pictures of these kinds that are to be fetched now, longest due first."""
        values = {"now": now, "limit": limit, "kinds": [kind.value for kind in kinds]}
        return [
            WantedPicture(PictureKind(row.kind), row.owner_id, row.url, row.attempts)
            for row in connection.execute(_WANTED, values)
        ]

    @writing
    def save_picture(
        self,
        connection: Connection,
        wanted: WantedPicture,
        facts: PictureFacts,
        body: bytes,
        *,
        now: datetime,
        next_at: datetime | None,
        max_total_bytes: int,
    ) -> None:
        """Keep a picture and fetch it again at `next_at`; lead pictures kept longest go where room is needed.

        Does nothing where another picture is wanted meanwhile.
        """
        digest = hashlib.sha256(body).hexdigest()
        values = {"digest": digest, "width": facts.width, "height": facts.height, "due_at": next_at}
        chosen = update(pictures).where(*_is(wanted))
        if connection.execute(chosen.values(**values, attempts=0, error_code="")).rowcount == 0:
            return
        kept = {
            "digest": digest,
            "media_type": facts.media_type,
            "size_bytes": len(body),
            "stored_at": now,
            "body": body,
        }
        insert = insert_into(connection.dialect.name, picture_bodies)
        connection.execute(
            insert.on_conflict_do_update(index_elements=["digest"], set_={"stored_at": insert.excluded.stored_at}), kept
        )
        _drop_unused(connection, digest)
        _make_room(connection, digest, max_total_bytes)

    @writing
    def defer_picture(
        self, connection: Connection, wanted: WantedPicture, *, until: datetime | None, error_code: str
    ) -> None:
        """Count a failure; the next attempt is at `until`, or never. What was kept before is still shown."""
        failed = {"attempts": pictures.c.attempts + 1, "due_at": until, "error_code": error_code}
        connection.execute(update(pictures).where(*_is(wanted)).values(failed))

    @reading
    def load_picture(self, connection: Connection, digest: str) -> StoredPicture:
        """The picture with this SHA-256. Raises NotFound."""
        query = select(picture_bodies.c.media_type, picture_bodies.c.body).where(picture_bodies.c.digest == digest)
        row = connection.execute(query).first()
        if row is None:
            raise NotFound("There is no such picture.")
        return StoredPicture(row.media_type, row.body)


def _is(wanted: WantedPicture) -> tuple[ColumnElement[bool], ...]:
    return (
        pictures.c.kind == wanted.kind.value,
        pictures.c.owner_id == wanted.owner_id,
        pictures.c.url == wanted.url,
    )


def _drop_unused(connection: Connection, but: str) -> None:
    """Let go of bodies that a newer picture has replaced; few, so only the oldest are looked at."""
    used = select(pictures.c.digest).where(pictures.c.digest == picture_bodies.c.digest).exists()
    oldest = select(picture_bodies.c.digest).order_by(picture_bodies.c.stored_at).limit(BODIES_PER_ROUND)
    connection.execute(
        delete(picture_bodies).where(picture_bodies.c.digest.in_(oldest), picture_bodies.c.digest != but, ~used)
    )


def _make_room(connection: Connection, but: str, max_total_bytes: int) -> None:
    total_bytes = connection.execute(_TOTAL).scalar_one()
    if total_bytes <= max_total_bytes:
        return
    is_icon = select(pictures.c.digest).where(
        pictures.c.digest == picture_bodies.c.digest, pictures.c.kind == PictureKind.ICON.value
    )
    query = (
        select(picture_bodies.c.digest, picture_bodies.c.size_bytes)
        .where(picture_bodies.c.digest != but, ~is_icon.exists())
        .order_by(picture_bodies.c.stored_at)
    )
    leaving: list[str] = []
    for row in connection.execute(query):
        if total_bytes <= max_total_bytes * KEPT_SHARE:
            break
        leaving.append(row.digest)
        total_bytes -= row.size_bytes
    for start in range(0, len(leaving), BODIES_PER_ROUND):
        portion = leaving[start : start + BODIES_PER_ROUND]
        connection.execute(update(pictures).where(pictures.c.digest.in_(portion)).values(digest=None))
        connection.execute(delete(picture_bodies).where(picture_bodies.c.digest.in_(portion)))


def want_pictures(
    connection: Connection,
    *,
    article_id: int,
    lead_url: str,
    publisher_id: int,
    icon_url: str,
    now: datetime,
) -> None:
    """Have the article's lead picture and the publisher's icon fetched, where the addresses are given.

    `icon_url` must come from the publisher's own site: any page may call itself by another's name. An icon that was
    found keeps its place until it is due again, since pages of one site may name different ones.
    """
    if lead_url:
        _want(connection, PictureKind.LEAD, article_id, lead_url, now)
    if icon_url:
        _want(connection, PictureKind.ICON, publisher_id, icon_url, now)


def _want(connection: Connection, kind: PictureKind, owner_id: int, url: str, now: datetime) -> None:
    row = {"kind": kind.value, "owner_id": owner_id, "url": url, "due_at": now}
    connection.execute(_want_statement(connection.dialect.name, kind), row | _NEW)


_NEW: dict[str, Any] = {"attempts": 0, "error_code": "", "digest": None, "width": 0, "height": 0}


@functools.cache
def _want_statement(dialect_name: str, kind: PictureKind) -> Insert:
    insert = insert_into(dialect_name, pictures)
    is_other = pictures.c.url != insert.excluded.url
    if kind is PictureKind.ICON:
        is_due = or_(pictures.c.digest.is_(None), pictures.c.due_at <= insert.excluded.due_at)
        is_other = is_other & is_due
    replaced = {name: insert.excluded[name] for name in ("url", "due_at", "attempts")}
    return insert.on_conflict_do_update(index_elements=["kind", "owner_id"], set_=replaced, where=is_other)
