"""A reader's wish that a language model writes a brief."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.budgets import is_spent
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import BriefPage
from nutgraf.domain.spending import BudgetScope, ModelPolicy, WishReason
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.rendering import brief_path, site_of


@dataclass(frozen=True, slots=True)
class WishOffer:
    """What the page of a brief says of a model: the button, that it is asked for, or that there is no room today."""

    model: str
    is_asked: bool = False
    is_spent: bool = False


def offer_for(request: Request, page: BriefPage) -> WishOffer | None:
    """What to say, None where no model is set, the feed never has one, or one wrote the brief."""
    services = site_of(request).services
    if services.model is None or page.brief.model:
        return None
    policy = services.store.article_policy(page.card.article_id) or services.model.policy
    if policy is ModelPolicy.NEVER:
        return None
    wish = services.store.get_wish(page.card.article_id)
    if wish is not None and wish.reason is WishReason.READER:
        return WishOffer(services.model.name, is_asked=True)
    return WishOffer(services.model.name, is_spent=_is_spent(request))


async def wish_for_model(request: Request) -> Response:
    """POST /brief/{article_id}/model: have the model write this brief, within the reader's budget. Raises NotFound."""
    return await run_in_threadpool(_wish, request)


def _wish(request: Request) -> Response:
    services = site_of(request).services
    page = services.store.brief_page(ArticleId(request.path_params["article_id"]), reader_id=reader_of(request))
    offer = offer_for(request, page)
    if offer is None or services.model is None:
        raise HTTPException(404)
    if not offer.is_asked and not offer.is_spent:
        services.store.add_wish(
            page.card.article_id, WishReason.READER, reader_id=reader_of(request), now=services.clock.now()
        )
        services.model.wake()
    return RedirectResponse(f"{brief_path(page.card)}#model", status_code=303)


def _is_spent(request: Request) -> bool:
    """Whether the reader's budget of today, or the whole one, has no room."""
    services = site_of(request).services
    assert services.model is not None
    budgets = services.model.budgets
    today = budgets.day(services.clock.now())
    own = services.store.budget_use(today, BudgetScope.READER, str(reader_of(request)))
    of_all = services.store.budget_use(today, BudgetScope.ALL)
    return is_spent(own, budgets.each_reader) or is_spent(of_all, budgets.everything)
