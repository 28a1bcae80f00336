"""The JSON API over the sample site, and what a brief's page says to machines."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from nutgraf.domain.account import Role, TicketKind, TokenScope
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.marks import Follow, FollowKind, Mark, MuteEffect, MuteKind
from nutgraf.errors import StoreError
from nutgraf.web.accounts.access import ACCESS
from nutgraf.web.accounts.admission import FEED_SUFFIX
from nutgraf.web.api.mount import API_PATH
from nutgraf.web.api.routes import ENDPOINTS
from sample_site.articles import FERRIES, TREMOR, TURBINES, WELLS, Sample
from sample_site.seeding import publish
from sample_site.site import NOTICES, NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


def ask(site: SampleSite, path: str) -> dict[str, Any]:
    answer = Visitor(site.app).get(API_PATH + path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), answer.text
    found: dict[str, Any] = answer.json()
    return found


def walk(site: SampleSite, path: str) -> list[Any]:
    """The items of every page."""
    items: list[Any] = []
    next_path: str | None = API_PATH + path
    for _ in range(100):
        assert next_path
        page = Visitor(site.app).get(next_path).json()
        items += page["items"]
        next_path = page["next"]
        if next_path is None:
            return items
    raise AssertionError("the pages do not end")


def test_the_front_page_is_the_site_s(site: SampleSite) -> None:
    front = ask(site, "/front")
    page = Visitor(site.app).get("/").text
    places = [page.index(story["lead"]["page_path"]) for story in front["stories"]]
    assert front["story_count"] >= len(front["stories"]) == len(places) > 5
    assert sorted(places) == places
    assert {story["lead"]["id"] for story in ask(site, "/front?day=2031-03-04")["stories"]}
    assert ask(site, "/front?day=0001-01-01") == ask(site, "/front?day=1999-01-01") == {"stories": [], "story_count": 0}


def test_lists_page_to_their_end_each_brief_once(site: SampleSite) -> None:
    everything = [item["id"] for item in walk(site, "/briefs?limit=5")]
    assert len(everything) == len(set(everything)) == len(site.ids) + NOTICES
    assert everything == [item["id"] for item in walk(site, "/briefs?limit=100")]
    notices = walk(site, "/briefs?limit=7&topic=local-government&publisher=town-notices")
    assert len(notices) == NOTICES
    assert {item["publisher"] for item in notices} == {"Town Notices"}
    assert [feed["id"] for feed in walk(site, "/feeds?limit=2")] == sorted(feed.id for feed in site.store.list_feeds())
    assert [found["slug"] for found in walk(site, "/publishers?limit=1")] == sorted(
        publisher.slug for publisher in site.store.list_publishers()
    )
    hits = walk(site, "/search?q=town+hall&limit=4&order=newest")
    assert len(hits) == NOTICES
    assert len({hit["card"]["id"] for hit in hits}) == NOTICES


def test_a_brief_comes_with_its_evidence_word_for_word(site: SampleSite) -> None:
    found = ask(site, f"/briefs/{site.ids[FERRIES.url]}")
    brief, text = found["brief"], "\n\n".join(" ".join(paragraph) for paragraph in FERRIES.paragraphs)
    sentences = [brief["dek"], *brief["what_happened"], *brief["takeaways"]]
    sentences += [part for insight in brief["insights"] for part in (insight["title"], insight["explanation"])]
    assert len(sentences) == brief["sentences"]
    for sentence in sentences:
        assert sentence["evidence"]
        for span in sentence["evidence"]:
            assert text[span["start"] : span["end"]] == span["text"] != ""
    assert FERRIES.dek
    assert brief["dek"]["text"] == FERRIES.dek.text
    assert {copy["publisher"] for copy in found["copies"]} == {"Harbour Post", "Northside Ledger"}
    assert found["card"]["article_url"] == FERRIES.url
    assert ask(site, f"/briefs/{site.ids[TURBINES.url]}")["version"] == 2
    assert site.store.brief_page(site.ids[FERRIES.url], reader_id=DEFAULT_READER).card.reads == 0


def test_the_reader_s_marks_and_mutes_hold(site: SampleSite) -> None:
    site.store.set_mark(DEFAULT_READER, site.ids[WELLS.url], Mark.SAVED, is_set=True, now=NOW)
    [saved] = ask(site, "/saved")["items"]
    assert (saved["headline"], saved["is_saved"]) == (WELLS.title, True)
    site.store.add_mute(DEFAULT_READER, MuteKind.WORD, "ferries", MuteEffect.HIDE)
    assert FERRIES.title not in {item["headline"] for item in walk(site, "/briefs")}


def test_search_topics_and_feeds_say_what_their_pages_say(site: SampleSite) -> None:
    [hit] = ask(site, "/search?q=earthquake")["items"]
    assert hit["card"]["headline"] == TREMOR.title
    assert [piece["text"].lower() for piece in hit["snippet"] if piece["is_match"]] == ["earthquake"]
    assert ask(site, "/search?q=after:never")["problems"]
    counts = {topic["slug"]: topic["briefs"] for topic in ask(site, "/topics")["items"]}
    assert {slug: count for slug, count in counts.items() if count} == site.store.topic_counts()
    health = {feed["title"]: feed["health"] for feed in walk(site, "/feeds")}
    assert (health["The Kestrel"], health["Slow Times"], health["Quiet Quarterly"]) == ("healthy", "failing", "paused")
    assert ask(site, "/publishers/the-kestrel")["briefs"] == 2


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nothing", 404, "not_found"),
        ("/front/", 404, "not_found"),
        ("/briefs/999", 404, "not_found"),
        ("/briefs/0", 400, "bad_request"),
        ("/briefs/x", 400, "bad_request"),
        ("/briefs?limit=0", 400, "bad_request"),
        ("/briefs?limit=101", 400, "bad_request"),
        ("/briefs?cursor=a%20b", 400, "bad_request"),
        ("/briefs?topic=nothing", 404, "not_found"),
        ("/briefs?publisher=nobody", 404, "not_found"),
        ("/publishers/a%00b", 400, "bad_request"),
        ("/feeds?cursor=x", 400, "bad_request"),
        ("/front?day=yesterday", 400, "bad_request"),
        ("/front?day=9999-12-31", 404, "not_found"),
        ("/search", 400, "bad_request"),
        (f"/search?q={'x' * 400}", 400, "bad_request"),
    ],
)
def test_refusals_are_a_code_and_a_sentence(site: SampleSite, path: str, status: int, code: str) -> None:
    answer = Visitor(site.app).get(API_PATH + path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    body = answer.json()
    assert (set(body), body["error"]) == ({"error", "message"}, code)
    assert body["message"].endswith(".")


def test_other_methods_and_hosts_are_refused_in_json(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert visitor.send("POST", f"{API_PATH}/briefs").json()["error"] == "method_not_allowed"
    assert visitor.get(f"{API_PATH}/briefs", headers={"host": "evil.example"}).json()["error"] == "bad_request"


def test_a_database_that_does_not_answer_and_a_defect_say_nothing_of_the_inside(
    site: SampleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, status, code in (
        (StoreError("secret path", code="store_down"), 503, "store_down"),
        (RuntimeError("secret path"), 500, "internal"),
    ):

        def fail(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(type(site.store), "topic_counts", fail)
        answer = Visitor(site.app).get(f"{API_PATH}/topics")
        assert (answer.status_code, answer.json()["error"]) == (status, code)
        assert "secret" not in answer.text


def test_what_has_not_changed_is_not_sent_again(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    for path, _, _ in ENDPOINTS:
        path = (
            path.replace("{id}", "1").replace("{kind}/{slug}", "person/jonas-petrel").replace("{slug}", "the-kestrel")
        )
        path = f"{API_PATH}{path}?q=ferries"
        etag = visitor.get(path).headers["etag"]
        assert visitor.get(path, headers={"if-none-match": etag}).status_code == 304, path
    etag = visitor.get(f"{API_PATH}/saved").headers["etag"]
    site.store.set_mark(DEFAULT_READER, site.ids[WELLS.url], Mark.SAVED, is_set=True, now=NOW)
    assert visitor.get(f"{API_PATH}/saved", headers={"if-none-match": etag}).status_code == 200


def test_the_document_describes_every_address_and_the_page_shows_it(site: SampleSite) -> None:
    document = ask(site, "/openapi.json")
    assert document["servers"] == [{"url": API_PATH}]
    assert list(document["paths"]) == [path for path, _, _ in ENDPOINTS]
    for path, methods in document["paths"].items():
        assert list(methods) == ["get"]
        assert methods["get"]["description"], path
        assert "422" not in methods["get"]["responses"], "refusals are of one shape"
    page = Visitor(site.app).get(f"{API_PATH}/docs").text
    assert all(f"GET {API_PATH}{path}" in page for path in document["paths"])
    assert "//" not in re.sub(r"http://127\.0\.0\.1:8321/", "", "".join(re.findall(r'(?:href|src)="[^"]*"', page)))


def test_answers_are_as_the_document_says(site: SampleSite) -> None:
    site.store.set_mark(DEFAULT_READER, site.ids[WELLS.url], Mark.SAVED, is_set=True, now=NOW)
    for path, _, model in ENDPOINTS:
        address = path.replace("{id}", str(site.ids[FERRIES.url]))
        address = address.replace("{kind}/{slug}", "person/jonas-petrel").replace("{slug}", "the-kestrel")
        answer = Visitor(site.app).get(f"{API_PATH}{address}?q=ferries")
        assert json.loads(model.model_validate_json(answer.content, strict=True).model_dump_json()) == answer.json()


def test_what_is_a_reader_s_own_and_what_is_named_is_there_too(site: SampleSite) -> None:
    ferries, turbines = site.ids[FERRIES.url], site.ids[TURBINES.url]
    for number, article_id in enumerate((turbines, ferries)):
        site.store.record_read(DEFAULT_READER, article_id, now=NOW + timedelta(minutes=number))
    assert [item["id"] for item in walk(site, "/history?limit=1")] == [ferries, turbines]
    site.store.set_follow(DEFAULT_READER, Follow(FollowKind.PERSON, "jonas-petrel"), is_set=True)
    site.store.add_mute(DEFAULT_READER, MuteKind.WORD, "cricket", MuteEffect.FOLD)
    assert ask(site, "/follows") == {"items": [{"kind": "person", "slug": "jonas-petrel"}]}
    assert [item["id"] for item in walk(site, "/following")] == [ferries]
    assert [(item["value"], item["effect"]) for item in ask(site, "/mutes")["items"]] == [("cricket", "fold")]
    petrel = {"kind": "person", "slug": "jonas-petrel", "name": "Jonas Petrel", "briefs": 1}
    assert petrel in ask(site, "/entities")["items"]
    assert ask(site, "/entities/person/jonas-petrel") == petrel
    assert [item["id"] for item in walk(site, "/briefs?entity=person/jonas-petrel")] == [ferries]
    visitor = Visitor(site.app)
    refused = ("/briefs?entity=person/nobody", "/briefs?entity=x", "/entities/animal/x", "/accuracy?days=8")
    assert [visitor.get(API_PATH + path).status_code for path in refused] == [404, 400, 400, 400]
    stored = site.store.list_corrections()
    assert [change["id"] for change in walk(site, "/corrections?limit=1")] == [record.id for record in stored]
    assert ask(site, "/accuracy?days=7")["total"]["sentences"] > 0


def test_a_program_comes_in_with_its_token_only(tmp_path: Path) -> None:
    site = make_sample_site(tmp_path, needs_login=True)
    ticket = site.store.issue_ticket(TicketKind.INVITE, role=Role.READER, now=NOW, expires_at=NOW + timedelta(1))
    reader = site.store.redeem_ticket(ticket, name="ada", password_hash="unused", now=NOW)
    site.store.set_mark(reader.id, site.ids[WELLS.url], Mark.SAVED, is_set=True, now=NOW)
    tokens = {scope: site.store.issue_token(reader.id, scope, "", now=NOW) for scope in TokenScope}
    visitor = Visitor(site.app)

    def status(token: str, path: str = "/saved") -> int:
        return visitor.get(API_PATH + path, headers={"authorization": f"Bearer {token}"}).status_code

    refused = visitor.get(f"{API_PATH}/saved")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert status(tokens[TokenScope.API]) == 200
    assert status(tokens[TokenScope.API], "/feeds") == 403, "ada does not run the site"
    assert status(tokens[TokenScope.API], "/docs") == 200
    assert status(tokens[TokenScope.FEEDS]) == status("made-up") == status("") == 401
    assert visitor.get(f"{API_PATH}/saved?token={tokens[TokenScope.API]}").status_code == 401
    to_login = visitor.get(f"{API_PATH}/docs")
    assert (to_login.status_code, to_login.headers["location"]) == (303, "/login?next=%2Fapi%2Fv1%2Fdocs")
    site.store.close()


def test_fastapi_is_imported_by_the_first_request_for_it() -> None:
    program = "import sys, nutgraf.web.app; print('fastapi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"


def test_the_reference_page_names_every_address_and_its_examples_work(site: SampleSite) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/api.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `/api/v1(/[^`]+)` \| [^|]* \|([^|]*)\|$", page, re.MULTILINE)
    parameters = {
        path: [parameter["name"] for parameter in methods["get"].get("parameters", ()) if parameter["in"] == "query"]
        for path, methods in ask(site, "/openapi.json")["paths"].items()
    }
    assert {path: re.findall(r"`(\w+)`", names) for path, names in named} == parameters
    feeds = [
        path.replace(".atom", ".{format:feed}").replace("{person,place,organisation}", "{kind:entity}")
        for path in re.findall(r"^\| `(/[^`?]+\.atom)", page, re.MULTILINE)
    ]
    assert sorted(feeds) == sorted(path for path in ACCESS if path.endswith(FEED_SUFFIX))
    examples = re.findall(r"^curl http://127\.0\.0\.1:8321(\S+)$", page, re.MULTILINE)
    assert len(examples) == 5
    for example in examples:
        assert Visitor(site.app).get(example).status_code == 200, example


class _Head(HTMLParser):
    """The JSON-LD and the meta properties of a page, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.json_ld: list[str] = []
        self.properties: dict[str, str] = {}
        self.scripts = 0
        self._in_json_ld = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and given.get("property"):
            self.properties[given["property"] or ""] = given.get("content") or ""
        if tag == "script":
            self.scripts += 1
            self._in_json_ld = given.get("type") == "application/ld+json"

    def handle_endtag(self, tag: str) -> None:
        self._in_json_ld = False

    def handle_data(self, data: str) -> None:
        if self._in_json_ld:
            self.json_ld.append(data)


def head_of(site: SampleSite, path: str) -> _Head:
    head = _Head()
    head.feed(Visitor(site.app).get(path).text)
    return head


def test_a_brief_s_page_cites_the_original_to_machines(site: SampleSite) -> None:
    head = head_of(site, site.path_of(FERRIES))
    document = json.loads("".join(head.json_ld))
    assert FERRIES.dek
    assert (document["@type"], document["headline"]) == ("NewsArticle", FERRIES.title)
    assert document["description"] == FERRIES.dek.text
    assert document["isBasedOn"]["url"] == FERRIES.url
    assert document["isBasedOn"]["publisher"]["name"] == FERRIES.publisher
    assert document["author"]["name"] == "Nutgraf"
    assert document["inLanguage"] == "en"
    assert document["url"] == head.properties["og:url"] == document["@id"]
    assert Visitor(site.app).get(document["url"].removeprefix("http://127.0.0.1:8321")).status_code == 200
    assert head.properties["og:title"] == FERRIES.title
    assert head.properties["og:description"] == FERRIES.dek.text
    assert head.properties["og:type"] == "article"
    changed = head_of(site, site.path_of(TURBINES))
    assert changed.properties["article:modified_time"].startswith("2031-03-04T09:26")


def test_no_headline_gets_out_of_the_json(site: SampleSite) -> None:
    title = 'Say </script><script>alert("1")</script> <!-- & \u2028'
    hostile = Sample("https://x.example/1", "X", title, (("One thing happened.",),), None, (), is_short=True)
    article_id = publish(site.store, hostile, now=NOW)
    plain, head = head_of(site, site.path_of(FERRIES)), head_of(site, f"/brief/{article_id}")
    assert head.scripts == plain.scripts
    page = site.store.brief_page(article_id, reader_id=DEFAULT_READER)
    assert json.loads("".join(head.json_ld))["headline"] == page.card.headline
    assert "</script>" in page.card.headline
