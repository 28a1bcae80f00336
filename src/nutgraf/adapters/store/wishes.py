"""Which feeds' briefs a language model writes, and the published briefs that wait for one (the WishStore port)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, case, delete, func, select, update

from nutgraf.adapters.store.articles import move_article, state_of
from nutgraf.adapters.store.counters import Tally
from nutgraf.adapters.store.engine import Repository, insert_into, reading, writing
from nutgraf.adapters.store.feeds import no_feed
from nutgraf.adapters.store.tables import articles, briefs, feeds, model_wishes
from nutgraf.domain.ids import ArticleId, FeedId, ReaderId
from nutgraf.domain.records import ArticleState
from nutgraf.domain.spending import ModelPolicy, Wish, WishReason

_wishes = model_wishes.c
_copy = articles.alias("copy")
_COPIES = select(func.count(_copy.c.id)).where(_copy.c.copy_of == articles.c.id).scalar_subquery()
_OF_READER = _wishes.reason == WishReason.READER.value
_IN_BATCHES = _wishes.reason == WishReason.BATCH.value
_NEXT = (
    select(model_wishes)
    .join(articles, articles.c.id == _wishes.article_id)
    .where(articles.c.state == ArticleState.PUBLISHED.value, _wishes.started_at.is_(None), ~_IN_BATCHES)
    .order_by(
        case((_OF_READER, 0), (_wishes.reason == WishReason.ANSWERED.value, 1), else_=2),
        case((_OF_READER, _wishes.wished_at)),
        _COPIES.desc(),
        articles.c.reads.desc(),
        articles.c.listed_at.desc(),
        articles.c.id,
    )
)


class SqlWishes(Repository):
    """Wishes in `model_wishes`, policies in `feeds`."""

    @writing
    def set_model_policy(self, connection: Connection, feed_id: FeedId, policy: ModelPolicy | None) -> None:
        """Whether a model writes this feed's briefs; None: as the settings have it. Raises NotFound."""
        values = {"model_policy": policy.value if policy else ""}
        if connection.execute(update(feeds).where(feeds.c.id == feed_id).values(values)).rowcount == 0:
            raise no_feed(feed_id)

    @reading
    def model_policy(self, connection: Connection, feed_id: FeedId | None) -> ModelPolicy | None:
        """What is set for a feed; None where nothing is or it is not followed."""
        found = connection.execute(select(feeds.c.model_policy).where(feeds.c.id == feed_id)).scalar()
        return ModelPolicy(found) if found else None

    @reading
    def article_policy(self, connection: Connection, article_id: ArticleId) -> ModelPolicy | None:
        """What is set for the feed that an article came from; None where nothing is."""
        query = (
            select(feeds.c.model_policy)
            .join(articles, articles.c.feed_id == feeds.c.id)
            .where(articles.c.id == article_id)
        )
        found = connection.execute(query).scalar()
        return ModelPolicy(found) if found else None

    @writing
    def add_wish(
        self,
        connection: Connection,
        article_id: ArticleId,
        reason: WishReason,
        *,
        reader_id: ReaderId | None = None,
        now: datetime,
    ) -> bool:
        """Have a model write an article's brief anew; False where it waits already. Raises NotFound."""
        state_of(connection, article_id)
        values = {"reason": reason.value, "reader_id": reader_id, "wished_at": now}
        insert = insert_into(connection.dialect.name, model_wishes)
        added = insert.values(article_id=article_id, **values).on_conflict_do_nothing().returning(_wishes.article_id)
        if connection.execute(added).first() is not None:
            return True
        if reason is not WishReason.READER:
            return False
        replaced = update(model_wishes).where(
            _wishes.article_id == article_id, ~_OF_READER, _wishes.started_at.is_(None)
        )
        return connection.execute(replaced.values(values)).rowcount == 1

    @reading
    def get_wish(self, connection: Connection, article_id: ArticleId) -> Wish | None:
        """The wish for an article's brief."""
        row = connection.execute(select(model_wishes).where(_wishes.article_id == article_id)).first()
        return None if row is None else _wish(row)

    @reading
    def next_wishes(self, connection: Connection, *, limit: int) -> list[Wish]:
        """Published briefs that wait, the most important first; those for a batch are not among them."""
        return [_wish(row) for row in connection.execute(_NEXT.limit(limit))]

    @writing
    def start_wish(self, connection: Connection, article_id: ArticleId, *, now: datetime) -> bool:
        """PUBLISHED → EXTRACTED: the brief is written anew while the one there stays. False where it is not there."""
        tally = Tally()
        is_waiting = update(model_wishes).where(_wishes.article_id == article_id, _wishes.started_at.is_(None))
        if connection.execute(is_waiting.values(started_at=now)).rowcount == 0:
            return False
        if not move_article(connection, article_id, ArticleState.PUBLISHED, ArticleState.EXTRACTED, tally, due_at=now):
            connection.execute(update(model_wishes).where(_wishes.article_id == article_id).values(started_at=None))
            return False
        tally.apply(connection)
        return True

    @writing
    def end_wish(self, connection: Connection, article_id: ArticleId) -> None:
        """The brief waits no longer. Idempotent."""
        connection.execute(delete(model_wishes).where(_wishes.article_id == article_id))

    @writing
    def pause_wish(self, connection: Connection, article_id: ArticleId) -> None:
        """The brief waits for its next turn. Idempotent."""
        connection.execute(update(model_wishes).where(_wishes.article_id == article_id).values(started_at=None))

    @writing
    def keep_brief(self, connection: Connection, article_id: ArticleId, *, now: datetime) -> bool:
        """EXTRACTED → PUBLISHED where the brief that is published is of the same text: nothing better was written."""
        is_same = (
            select(articles.c.id)
            .join(briefs, briefs.c.id == articles.c.current_brief_id)
            .where(
                articles.c.id == article_id,
                articles.c.listed_at.is_not(None),
                briefs.c.revision_id == articles.c.current_revision_id,
            )
        )
        if connection.execute(is_same).first() is None:
            return False
        tally = Tally()
        if not move_article(connection, article_id, ArticleState.EXTRACTED, ArticleState.PUBLISHED, tally, due_at=None):
            return False
        tally.apply(connection)
        return True

    @writing
    def drop_wishes(self, connection: Connection, *, before: datetime) -> int:
        """Let go of wishes of before then that wait for a budget; how many."""
        return connection.execute(
            delete(model_wishes).where(_wishes.reason == WishReason.BUDGET.value, _wishes.wished_at < before)
        ).rowcount


def _wish(row: Row[tuple[object, ...]]) -> Wish:
    return Wish(
        article_id=ArticleId(row.article_id),
        reason=WishReason(row.reason),
        wished_at=row.wished_at,
        reader_id=None if row.reader_id is None else ReaderId(row.reader_id),
    )
