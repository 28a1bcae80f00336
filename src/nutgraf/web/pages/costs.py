"""What language models take and cost: by day, model and feed, with what is left of the day's budgets."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from nutgraf.domain.spending import BudgetLimit, BudgetScope, BudgetUse, Costs, CostSums
from nutgraf.outputs.costs import cost_words, costs_to_dict, feed_name, money
from nutgraf.web.charts import draw_bars
from nutgraf.web.pages.desk_frame import render_desk
from nutgraf.web.rendering import site_of
from nutgraf.web.services import ModelFacts

WINDOWS_DAYS = (7, 30, 90)
MAX_WAITING_COUNTED = 100
PURPOSES = {"write": "Writing", "repair": "Repairing", "preview": "Previews", "test": "Tests"}


@dataclass(frozen=True, slots=True)
class Share:
    """A row of a table with the length of its bar, in hundredths of the longest."""

    name: str
    href: str
    sums: CostSums
    cost: str
    length: float


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """What is spent of one measure of a budget of today. `share` is 0 to 100."""

    owner: str
    measure: str
    spent: str
    most: str
    share: float


def costs_page(request: Request) -> Response:
    """GET /desk/costs: the last 30 days, or the `days` asked for (7, 30 or 90)."""
    services = site_of(request).services
    days, costs = _costs(request)
    model = services.model
    by_day = dict(costs.by_day)
    waiting = len(services.store.next_wishes(limit=MAX_WAITING_COUNTED)) if model else 0
    return render_desk(
        request,
        "desk_costs.html",
        costs=costs,
        days=days,
        windows=WINDOWS_DAYS,
        model=model,
        total_cost=money(costs.total.micro_dollars) if costs.total.unpriced < costs.total.calls else "Unknown",
        charts=(
            draw_bars("Calls", costs, {day: sums.calls for day, sums in by_day.items()}),
            draw_bars("Tokens", costs, {day: sums.tokens for day, sums in by_day.items()}),
            draw_bars("Known cost", costs, {day: sums.micro_dollars for day, sums in by_day.items()}, words=money),
        ),
        by_model=_shares([(f"{name.provider}/{name.model}", "", sums) for name, sums in costs.by_model]),
        by_feed=_shares(
            [
                (feed_name(title, feed_id), f"/feeds/{feed_id}" if title else "", sums)
                for feed_id, title, sums in costs.by_feed
            ]
        ),
        by_purpose=_shares([(PURPOSES.get(purpose, purpose), "", sums) for purpose, sums in costs.by_purpose]),
        budgets=_budget_lines(request, model) if model else [],
        waiting=waiting,
        waiting_is_more=waiting == MAX_WAITING_COUNTED,
    )


def costs_json(request: Request) -> Response:
    """GET /desk/costs.json: the same for machines."""
    _, costs = _costs(request)
    return JSONResponse(costs_to_dict(costs))


def _costs(request: Request) -> tuple[int, Costs]:
    asked = request.query_params.get("days", "")
    days = next((days for days in WINDOWS_DAYS if str(days) == asked), 30)
    services = site_of(request).services
    now = services.clock.now()
    today = services.model.budgets.day(now) if services.model else now.date()
    return days, services.store.costs(last=today, days=days)


def _shares(rows: list[tuple[str, str, CostSums]]) -> list[Share]:
    most = max((sums.tokens for _, _, sums in rows), default=0) or 1
    return [Share(name, href, sums, cost_words(sums), round(100 * sums.tokens / most, 1)) for name, href, sums in rows]


def _budget_lines(request: Request, model: ModelFacts) -> list[BudgetLine]:
    services = site_of(request).services
    today = model.budgets.day(services.clock.now())
    found = [("All models", BudgetScope.ALL, "", model.budgets.everything)]
    found += [(name, BudgetScope.PROVIDER, name, limit) for name, limit in model.budgets.providers.items()]
    return [
        line
        for owner, scope, key, limit in found
        for line in _lines(owner, services.store.budget_use(today, scope, key), limit)
    ]


def _lines(owner: str, use: BudgetUse, limit: BudgetLimit) -> list[BudgetLine]:
    measures = (
        ("requests", use.requests, limit.requests, "{:,}".format),
        ("tokens", use.tokens, limit.tokens, "{:,}".format),
        ("dollars", use.micro_dollars, limit.micro_dollars, money),
    )
    return [
        BudgetLine(owner, measure, words(spent), words(most), round(min(100.0, 100 * spent / most), 1))
        for measure, spent, most, words in measures
        if most
    ]
