"""The page of costs, a feed's policy with its forecast, and a reader's wish for a model."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from nutgraf.domain.budgets import Budgets, forecast
from nutgraf.domain.ids import DEFAULT_READER, FeedId
from nutgraf.domain.model import ModelPurpose, ModelUsage
from nutgraf.domain.spending import (
    BudgetLimit,
    CallOutcome,
    CallResult,
    CostSums,
    ModelPolicy,
    PlannedCall,
    WishReason,
)
from nutgraf.outputs.costs import cost_words, money, usage_words
from nutgraf.web.services import ModelFacts
from sample_site.articles import FERRIES
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor

MODEL = ModelFacts(
    name="openai/gpt-4o-mini",
    policy=ModelPolicy.ALWAYS,
    budgets=Budgets(everything=BudgetLimit(tokens=2_000_000), each_reader=BudgetLimit(requests=2)),
    price=lambda input_tokens, output_tokens: (input_tokens * 15 + output_tokens * 60) // 100,
    price_source="table",
    price_date=date(2031, 2, 1),
    wake=lambda: None,
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path, model=MODEL)
    yield site
    site.store.close()


def spend(site: SampleSite, *, days_ago: int = 0, feed_id: FeedId | None = None, price: int | None = 573) -> None:
    day = NOW.date() - timedelta(days=days_ago)
    call = PlannedCall(day, "openai", "gpt-4o-mini", ModelPurpose.WRITE, 9_000, 1_200, 2_000, feed_id)
    call_id = site.store.reserve_call(call, {}, now=NOW, expires_at=NOW + timedelta(hours=1))
    result = CallResult(CallOutcome.ANSWERED, 1_900, 480, True, price, 3_200)
    assert site.store.settle_call(call_id, result)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_costs_by_day_model_and_feed(site: SampleSite) -> None:
    visitor, feed = Visitor(site.app), site.store.list_feeds()[0]
    for days_ago in (0, 0, 3, 40):
        spend(site, days_ago=days_ago, feed_id=feed.id)
    spend(site, price=None)
    page = visitor.get("/desk/costs").text
    text = plain(page)
    assert "0.2 cents in 4 calls; the price of 1 is unknown" in text
    assert "openai/gpt-4o-mini" in text
    assert f'<a href="/feeds/{feed.id}">{feed.title}</a>' in page
    assert "4 in all; the most in one day, 3, on" in text
    assert "All models, tokens" in text
    assert "2,000,000" in text
    assert "from the table of genai-prices, whose latest entry is of 2031-02-01" in text
    assert "those that most publishers carry first, then those that readers open most, then the latest" in text
    assert "5 calls" in plain(visitor.get("/desk/costs?days=90").text)
    found = visitor.get("/desk/costs.json").json()
    assert found["total"]["calls"] == 4
    assert found["total"]["unpriced"] == 1
    assert "0.2 cents + 1 call of unknown price" in text, "by model"
    assert found["by_feed"][0]["title"] == feed.title


def test_costs_without_a_model_and_without_calls(tmp_path: Path) -> None:
    site = make_sample_site(tmp_path)
    text = plain(Visitor(site.app).get("/desk/costs").text)
    assert "the built-in writer writes, and costs nothing" in text
    assert "No model was asked in this time." in text
    assert Visitor(site.app).post(f"{site.path_of(FERRIES)}/model").status_code == 404
    assert "Have a model write" not in Visitor(site.app).get(f"{site.path_of(FERRIES)}", follow_redirects=True).text
    site.store.close()


def test_a_feeds_policy_is_set_with_a_forecast_beside_it(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    feed = next(feed for feed in site.store.list_feeds() if feed.title == "The Kestrel")
    before = plain(visitor.get(f"/feeds/{feed.id}").text)
    assert "As the settings have it (always)" in before
    assert re.search(r"about [\d.]+ articles a day, [\d,]+ tokens, [\d.]+ cents a day", before)
    assert "estimated from the length of its articles" in before
    spend(site, feed_id=feed.id)
    measured = plain(visitor.get(f"/feeds/{feed.id}").text)
    assert "from what its briefs took of late" in measured
    answer = visitor.post(f"/feeds/{feed.id}/model", data={"policy": "on_demand"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/feeds/{feed.id}?done=saved")
    assert site.store.get_feed(feed.id).model_policy is ModelPolicy.ON_DEMAND
    assert '<option value="on_demand" selected>' in visitor.get(f"/feeds/{feed.id}").text
    assert visitor.post(f"/feeds/{feed.id}/model", data={"policy": "sometimes"}).status_code == 400
    assert visitor.post(f"/feeds/{feed.id}/model", data={"policy": ""}).status_code == 303
    assert site.store.get_feed(feed.id).model_policy is None


def test_a_reader_has_a_model_write_a_brief_within_a_budget(site: SampleSite) -> None:
    visitor, path = Visitor(site.app), site.path_of(FERRIES)
    page = visitor.get(path).text
    assert "Have a model write this brief" in page
    answer = visitor.post(f"{path}/model")
    assert answer.status_code == 303
    assert site.model_wakes == 1
    wish = site.store.get_wish(site.ids[FERRIES.url])
    assert wish is not None
    assert (wish.reason, wish.reader_id) == (WishReason.READER, DEFAULT_READER)
    asked = visitor.get(path).text
    assert "will write this brief" in asked
    assert "Have a model write this brief" not in asked
    site.store.end_wish(site.ids[FERRIES.url])
    call = PlannedCall(NOW.date(), "openai", "m", ModelPurpose.WRITE, 1, 1, 1, reader_id=DEFAULT_READER)
    for _ in range(2):
        site.store.reserve_call(call, {}, now=NOW, expires_at=NOW + timedelta(hours=1))
    spent = visitor.get(path).text
    assert "budget for briefs by a model is used up" in spent
    visitor.post(f"{path}/model")
    assert site.store.get_wish(site.ids[FERRIES.url]) is None


def test_a_feed_that_never_has_a_model_offers_none(site: SampleSite) -> None:
    for feed in site.store.list_feeds():
        site.store.set_model_policy(feed.id, ModelPolicy.NEVER)
    path = site.path_of(FERRIES)
    assert site.store.article_policy(site.ids[FERRIES.url]) is ModelPolicy.NEVER
    assert "Have a model write" not in Visitor(site.app).get(path).text
    assert Visitor(site.app).post(f"{path}/model").status_code == 404


def test_a_brief_says_what_it_took(site: SampleSite) -> None:
    article_id = site.ids[FERRIES.url]
    revision = site.store.current_revision(article_id)
    old = site.store.brief_page(article_id, reader_id=DEFAULT_READER).brief
    site.store.add_wish(article_id, WishReason.READER, reader_id=DEFAULT_READER, now=NOW)
    assert site.store.start_wish(article_id, now=NOW)
    usage = ModelUsage(1, 0, 1_900, 480, True, 4_000, 3_200)
    new = dataclasses.replace(old, model="openai/gpt-4o-mini", usage=usage)
    assert site.store.save_brief(article_id, revision.id, new, now=NOW)
    assert site.store.publish(article_id, now=NOW)
    visitor = Visitor(site.app)
    page = plain(visitor.get(site.path_of(FERRIES)).text)
    assert "Written by openai/gpt-4o-mini, 1,900 + 480 tokens, 0.4 cents, 3.2 s" in page
    assert "Have a model write" not in page
    written = visitor.get(f"/api/v1/briefs/{article_id}").json()["brief"]
    assert written["model"] == "openai/gpt-4o-mini"
    assert (written["usage"]["input_tokens"], written["usage"]["micro_dollars"]) == (1_900, 4_000)


@pytest.mark.parametrize(
    ("micro_dollars", "words"),
    [
        (0, "0 cents"),
        (1, "under 0.01 cents"),
        (573, "0.06 cents"),
        (4_000, "0.4 cents"),
        (10_000, "1 cent"),
        (12_000, "1.2 cents"),
        (990_000, "99 cents"),
        (1_000_000, "$1.00"),
        (1_234_567_890, "$1,234.57"),
    ],
)
def test_money_is_said_as_people_do(micro_dollars: int, words: str) -> None:
    assert money(micro_dollars) == words


def test_what_is_not_known_is_said_to_be() -> None:
    assert usage_words(ModelUsage(2, 1, 10, 5, False, None, 1_000)) == (
        "about 10 + 5 tokens, price unknown, 1.0 s, 2 calls, 1 answer paid for before"
    )
    assert usage_words(ModelUsage(0, 1)) == "an answer paid for before"
    assert cost_words(CostSums(calls=2, unpriced=2)) == "price unknown"


def test_a_forecast_is_rhythm_times_tokens() -> None:
    measured = forecast(4.0, measured=(2_000.0, 500.0), mean_chars=8_000)
    assert measured is not None
    assert (measured.tokens, measured.is_measured) == (10_000.0, True)
    estimated = forecast(2.0, measured=None, mean_chars=4_000)
    assert estimated is not None
    assert (estimated.input_tokens, estimated.is_measured) == (1_900.0, False)
    assert forecast(2.0, measured=None, mean_chars=None) is None
