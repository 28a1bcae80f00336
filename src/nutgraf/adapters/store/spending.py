"""The ledger of model calls and the budgets over it (the SpendingStore port).

A reservation adds to a row for each budget the call falls under, each by one UPDATE whose condition is the limit: the
database decides, not a number read before. The rows are taken in one order, so that no two calls wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, func, select, update

from nutgraf.adapters.store.engine import Repository, insert_into, reading, writing
from nutgraf.adapters.store.tables import articles, feeds, model_calls, model_days, model_spending, revisions
from nutgraf.domain.ids import FeedId, ReaderId
from nutgraf.domain.model import ModelPurpose
from nutgraf.domain.spending import (
    COST_MEASURES,
    BudgetLimit,
    BudgetScope,
    BudgetUse,
    CallId,
    CallOutcome,
    CallResult,
    Costs,
    CostSums,
    ModelName,
    PlannedCall,
)
from nutgraf.errors import Unavailable

MAX_DAYS = 366
MAX_FEEDS = 100
MAX_GIVEN_UP = 1_000
MAX_FORGOTTEN = 1_000
MEAN_OF_ARTICLES = 100
NO_FEED = 0

_MEASURES = ("requests", "tokens", "micro_dollars")
_WORDS = {"requests": "requests", "tokens": "tokens", "micro_dollars": "money"}
_OWNERS = {
    BudgetScope.ALL: "of the day",
    BudgetScope.PROVIDER: "of this provider",
    BudgetScope.FEED: "of this feed",
    BudgetScope.READER: "of this reader",
}
_spent = model_spending.c
_calls = model_calls.c
_days = model_days.c
_IS_ROW = and_(
    _spent.day == bindparam("in_day"), _spent.scope == bindparam("in_scope"), _spent.key == bindparam("in_key")
)
_ADD_SPENT = update(model_spending).where(_IS_ROW)
_USE = select(model_spending).where(_IS_ROW)
_GIVEN_UP = (
    select(model_calls)
    .where(_calls.outcome == CallOutcome.RESERVED.value, _calls.expires_at <= bindparam("now"))
    .order_by(_calls.expires_at)
    .limit(MAX_GIVEN_UP)
)
_SUMS = tuple(func.sum(_days[name]).label(name) for name in COST_MEASURES)
_IN_TIME = _days.day.between(bindparam("first"), bindparam("last"))


class SqlSpending(Repository):
    """Calls, budgets and sums in `model_calls`, `model_spending` and `model_days`."""

    @writing
    def reserve_call(
        self,
        connection: Connection,
        call: PlannedCall,
        limits: Mapping[BudgetScope, BudgetLimit],
        *,
        now: datetime,
        expires_at: datetime,
    ) -> CallId:
        """Take what a call can cost at most from every budget, or from none. Raises Unavailable (budget_spent)."""
        taken = {
            "requests": 1,
            "tokens": call.input_tokens + call.output_tokens,
            "micro_dollars": call.micro_dollars or 0,
        }
        for scope, key in _budgets(call):
            _take(connection, call.day, scope, key, taken, limits.get(scope, BudgetLimit()))
        values = {
            "day": call.day.isoformat(),
            "reserved_at": now,
            "expires_at": expires_at,
            "provider": call.provider,
            "model": call.model,
            "purpose": call.purpose.value,
            "feed_id": call.feed_id,
            "article_id": call.article_id,
            "reader_id": call.reader_id,
            "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens,
            "is_counted": False,
            "micro_dollars": call.micro_dollars,
            "milliseconds": 0,
            "outcome": CallOutcome.RESERVED.value,
            "error_code": "",
        }
        return CallId(connection.execute(model_calls.insert().values(values).returning(_calls.id)).scalar_one())

    @writing
    def settle_call(self, connection: Connection, call_id: CallId, result: CallResult) -> bool:
        """Put what the call took in place of its reservation; False where it is settled or given up already."""
        is_open = and_(_calls.id == call_id, _calls.outcome == CallOutcome.RESERVED.value)
        row = connection.execute(select(model_calls).where(is_open).with_for_update()).first()
        return row is not None and _settle(connection, row, result)

    @writing
    def give_up_calls(self, connection: Connection, *, now: datetime) -> int:
        """Count reservations whose time is over as spent whole; how many."""
        lost = CallResult(CallOutcome.LOST, error_code="lost")
        rows = connection.execute(_GIVEN_UP.with_for_update(), {"now": now}).all()
        return sum(_settle(connection, row, lost) for row in rows)

    @writing
    def record_cached(self, connection: Connection, call: PlannedCall) -> None:
        """Count an answer that was paid for before; its tokens are not counted again."""
        key = call.day.isoformat(), call.provider, call.model, call.feed_id or NO_FEED, call.purpose.value
        _add_day(connection, key, CostSums(cached=1))

    @reading
    def budget_use(self, connection: Connection, day: date, scope: BudgetScope, key: str = "") -> BudgetUse:
        """What is spent of a budget, reservations included."""
        row = connection.execute(_USE, _row_of(day, scope, key)).first()
        return BudgetUse() if row is None else BudgetUse(row.requests, row.tokens, row.micro_dollars)

    @reading
    def costs(self, connection: Connection, *, last: date, days: int) -> Costs:
        """The sums of `days` days (at most 366) up to and with `last`."""
        first = last - timedelta(days=max(1, min(days, MAX_DAYS)) - 1)
        time = {"first": first.isoformat(), "last": last.isoformat()}

        def sums_by(*columns: ColumnElement[Any]) -> list[tuple[Row[Any], CostSums]]:
            rows = connection.execute(select(*columns, *_SUMS).where(_IN_TIME).group_by(*columns), time)
            return sorted(((row, _sums(row)) for row in rows), key=lambda pair: (-pair[1].tokens, tuple(pair[0][:2])))

        by_day = sorted((date.fromisoformat(row.day), sums) for row, sums in sums_by(_days.day))
        by_feed = sums_by(_days.feed_id)[:MAX_FEEDS]
        titles = {
            row.id: row.own_title or row.title or row.url
            for row in connection.execute(select(feeds).where(feeds.c.id.in_([row.feed_id for row, _ in by_feed])))
        }
        return Costs(
            first=first,
            last=last,
            total=sum((sums for _, sums in by_day), CostSums()),
            by_day=tuple(by_day),
            by_model=tuple(
                (ModelName(row.provider, row.model), sums) for row, sums in sums_by(_days.provider, _days.model)
            ),
            by_feed=tuple(
                (FeedId(row.feed_id) if row.feed_id else None, titles.get(row.feed_id, ""), sums)
                for row, sums in by_feed
            ),
            by_purpose=tuple((row.purpose, sums) for row, sums in sums_by(_days.purpose)),
        )

    @reading
    def tokens_per_article(
        self, connection: Connection, feed_id: FeedId | None, *, since: date
    ) -> tuple[float, float] | None:
        """Mean tokens in and out for an article briefed since then, of one feed or of all; None without any."""
        for_articles = _days.purpose.in_([ModelPurpose.WRITE.value, ModelPurpose.REPAIR.value])
        query = select(_days.purpose, *_SUMS).where(_days.day >= since.isoformat(), for_articles)
        if feed_id is not None:
            query = query.where(_days.feed_id == feed_id)
        found = {row.purpose: _sums(row) for row in connection.execute(query.group_by(_days.purpose))}
        written = found.get(ModelPurpose.WRITE.value, CostSums())
        total = sum(found.values(), CostSums())
        if not written.calls:
            return None
        return total.input_tokens / written.calls, total.output_tokens / written.calls

    @reading
    def mean_article_chars(self, connection: Connection, feed_id: FeedId) -> float | None:
        """Mean length of the texts of the feed's newest articles (at most 100); None without any."""
        newest = (
            select(func.length(revisions.c.text).label("chars"))
            .join(articles, articles.c.current_revision_id == revisions.c.id)
            .where(articles.c.feed_id == feed_id)
            .order_by(articles.c.id.desc())
            .limit(MEAN_OF_ARTICLES)
            .subquery()
        )
        mean = connection.execute(select(func.avg(newest.c.chars))).scalar()
        return None if mean is None else float(mean)

    @writing
    def forget_calls(self, connection: Connection, *, before: date) -> int:
        """Let go of single calls of earlier days, and of what their budgets were kept with; the sums stay. How many."""
        day = before.isoformat()
        ended = (
            select(_calls.id).where(_calls.day < day, _calls.outcome != CallOutcome.RESERVED.value).limit(MAX_FORGOTTEN)
        )
        connection.execute(delete(model_spending).where(_spent.day < day))
        return connection.execute(delete(model_calls).where(_calls.id.in_(ended))).rowcount


def forget_payer(connection: Connection, reader_id: ReaderId) -> None:
    """Keep the calls that a reader asked for, without who it was."""
    connection.execute(update(model_calls).where(_calls.reader_id == reader_id).values(reader_id=None))
    connection.execute(
        delete(model_spending).where(_spent.scope == BudgetScope.READER.value, _spent.key == str(reader_id))
    )


def _budgets(call: PlannedCall | Row[Any]) -> list[tuple[BudgetScope, str]]:
    """Every budget that a call falls under, in the one order in which their rows are taken."""
    found = [(BudgetScope.ALL, ""), (BudgetScope.PROVIDER, str(call.provider))]
    if call.reader_id is not None:  # what a reader asks for is not the feed's
        found.append((BudgetScope.READER, str(call.reader_id)))
    elif call.feed_id is not None:
        found.append((BudgetScope.FEED, str(call.feed_id)))
    return found


def _row_of(day: date | str, scope: BudgetScope, key: str) -> dict[str, Any]:
    return {"in_day": day if isinstance(day, str) else day.isoformat(), "in_scope": scope.value, "in_key": key}


def _take(
    connection: Connection, day: date, scope: BudgetScope, key: str, taken: Mapping[str, int], limit: BudgetLimit
) -> None:
    """Raises Unavailable where one of the limits would be passed."""
    empty = {"day": day.isoformat(), "scope": scope.value, "key": key, "requests": 0, "tokens": 0, "micro_dollars": 0}
    connection.execute(insert_into(connection.dialect.name, model_spending).on_conflict_do_nothing(), empty)
    fits = [
        _spent[name] + taken[name] <= getattr(limit, name) for name in _MEASURES if getattr(limit, name) and taken[name]
    ]
    added = {name: _spent[name] + taken[name] for name in _MEASURES}
    row = _row_of(day, scope, key)
    if connection.execute(_ADD_SPENT.where(*fits).values(added), row).rowcount:
        return
    use = connection.execute(_USE.with_for_update(), row).one()
    passed = (name for name in _MEASURES if 0 < getattr(limit, name) < getattr(use, name) + taken[name])
    short = next(passed, None)
    if short is None:  # another call was settled just now: there is room, and as the row is locked it stays
        connection.execute(_ADD_SPENT.values(added), row)
        return
    raise Unavailable(
        f"The budget {_OWNERS[scope]} for language models is used up ({_WORDS[short]}).", code="budget_spent"
    )


def _settle(connection: Connection, row: Row[Any], result: CallResult) -> bool:
    """Replace a reservation, whose row is locked, by what was taken."""
    took: dict[str, Any] = {
        "input_tokens": row.input_tokens if result.input_tokens is None else result.input_tokens,
        "output_tokens": row.output_tokens if result.output_tokens is None else result.output_tokens,
        "micro_dollars": row.micro_dollars if result.input_tokens is None else result.micro_dollars,
    }
    if result.outcome is CallOutcome.TURNED_AWAY:
        took = {"input_tokens": 0, "output_tokens": 0, "micro_dollars": 0}
    ended = took | {
        "is_counted": result.is_counted,
        "milliseconds": result.milliseconds,
        "outcome": result.outcome.value,
        "error_code": result.error_code[:64],
    }
    is_open = and_(_calls.id == row.id, _calls.outcome == CallOutcome.RESERVED.value)
    if connection.execute(update(model_calls).where(is_open).values(ended)).rowcount == 0:
        return False
    more_tokens = took["input_tokens"] + took["output_tokens"] - row.input_tokens - row.output_tokens
    more_money = (took["micro_dollars"] or 0) - (row.micro_dollars or 0)
    for scope, key in _budgets(row):
        added = {"tokens": _spent.tokens + more_tokens, "micro_dollars": _spent.micro_dollars + more_money}
        connection.execute(_ADD_SPENT.values(added), _row_of(row.day, scope, key))
    is_free = result.outcome is CallOutcome.TURNED_AWAY
    sums = CostSums(
        calls=1,
        failed=result.outcome is not CallOutcome.ANSWERED,
        estimated=not result.is_counted and not is_free,
        unpriced=took["micro_dollars"] is None,
        input_tokens=took["input_tokens"],
        output_tokens=took["output_tokens"],
        micro_dollars=took["micro_dollars"] or 0,
        milliseconds=result.milliseconds,
    )
    _add_day(connection, (row.day, row.provider, row.model, row.feed_id or NO_FEED, row.purpose), sums)
    return True


def _add_day(connection: Connection, key: tuple[str, str, str, int, str], sums: CostSums) -> None:
    insert = insert_into(connection.dialect.name, model_days)
    names = ("day", "provider", "model", "feed_id", "purpose")
    row = dict(zip(names, key, strict=True)) | {name: int(getattr(sums, name)) for name in COST_MEASURES}
    added = {name: _days[name] + insert.excluded[name] for name in COST_MEASURES}
    connection.execute(insert.on_conflict_do_update(index_elements=list(names), set_=added), row)


def _sums(row: Row[Any]) -> CostSums:
    return CostSums(*(int(getattr(row, name)) for name in COST_MEASURES))
