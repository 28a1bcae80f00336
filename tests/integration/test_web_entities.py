"""People, places and organisations on the site: chips, pages, feeds, follows, mutes, and the operator's switch."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes import FakeClock
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.domain.entity import EntityKind
from nutgraf.pipeline.naming import NameCatcher
from nutgraf.pipeline.work import TASKS
from sample_site.articles import FERRIES, TURBINES
from sample_site.site import SampleSite, make_sample_site
from sample_site.visitor import Visitor

PAGE = "/person/jonas-petrel"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


def test_a_brief_shows_whom_it_names_and_each_has_a_page(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    brief = visitor.get(site.path_of(FERRIES)).text
    assert f'href="{PAGE}"' in brief
    assert '"mentions": [{"@type": "Person", "name": "Jonas Petrel"}]' in brief
    page = visitor.get(PAGE).text
    assert FERRIES.title in page
    assert TURBINES.title not in page
    assert f'href="{PAGE}.atom"' in page
    assert f'href="{PAGE}"' in visitor.get("/names").text
    assert 'href="/names"' in visitor.get("/topics").text
    for address in ("/person/nobody", "/place/jonas-petrel", "/person/a%20b", "/animal/jonas-petrel"):
        assert visitor.get(address).status_code == 404


def test_a_name_has_feeds(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    feed = json.loads(visitor.get(f"{PAGE}.json").text)
    assert [item["title"] for item in feed["items"]] == [FERRIES.title]
    assert feed["feed_url"].endswith(f"{PAGE}.json")
    assert FERRIES.title in visitor.get(f"{PAGE}.atom").text
    assert visitor.get("/person/nobody.atom").status_code == 404


def test_a_name_can_be_followed_and_muted(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    visitor.post("/follow", data={"kind": "person", "slug": "jonas-petrel", "set": "1", "back": PAGE})
    following = visitor.get("/following").text
    assert FERRIES.title in following
    assert f'href="{PAGE}">Jonas Petrel</a>' in following
    assert 'aria-pressed="true"' in visitor.get(PAGE).text
    visitor.post("/mutes", data={"kind": "person", "value": "jonas-petrel"})
    assert FERRIES.title not in visitor.get("/latest").text
    assert "<strong>Jonas Petrel</strong>" in visitor.get("/mutes").text


def test_the_operator_switches_a_wrong_name_off_and_on(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert visitor.post(f"{PAGE}/off").status_code == 303
    assert visitor.get(PAGE).status_code == 404
    assert visitor.get(f"{PAGE}.atom").status_code == 404
    assert "Jonas Petrel</bdi>" not in visitor.get(site.path_of(FERRIES)).text
    assert f'action="{PAGE}/on' in visitor.get("/names").text
    assert visitor.post(f"{PAGE}/on").status_code == 303
    assert visitor.get(PAGE).status_code == 200
    assert visitor.post(f"{PAGE}/away").status_code == 404


def test_briefs_from_before_are_caught_up_with(site: SampleSite) -> None:
    forget_every_name(site)
    assert site.store.entities_in_the_news() == []
    catcher = NameCatcher(store=site.store, stages=InlineStageRunner(TASKS), clock=FakeClock())
    asyncio.run(catcher.run_forever())
    assert site.store.get_entity(EntityKind.PERSON, "jonas-petrel").brief_count == 1
    assert site.store.unnamed_briefs() == []


def forget_every_name(site: SampleSite) -> None:
    """Make the store one from before names were looked for."""
    from sqlalchemy import delete, null, update

    from nutgraf.adapters.store.tables import briefs, counters, entities, entity_listing

    statements = [
        update(briefs).values(entities=null()),
        delete(entities),
        delete(entity_listing),
        delete(counters).where(counters.c.kind.in_(list(EntityKind))),
    ]
    site.store._database.write(lambda connection: [connection.execute(statement) for statement in statements])
