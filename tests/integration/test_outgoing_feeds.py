"""The feeds that go out, read as a feed reader reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest

from nutgraf.domain.account import Role, TicketKind, TokenScope
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.marks import Mark, MuteEffect, MuteKind
from nutgraf.web.accounts.identity import SESSION_COOKIE
from nutgraf.web.pages.outgoing_feeds import MAX_ENTRIES
from sample_site.articles import COLUMN, FERRIES, TREMOR, TURBINES, WELLS, Line, Sample
from sample_site.seeding import publish
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import Visitor

SITE = "http://127.0.0.1:8321"
FEEDS = ("/feed", "/topic/society", "/publisher/the-kestrel", "/search?q=ferries", "/saved")
ALTERNATE = re.compile(r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">')


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


@pytest.fixture
def closed_site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path, needs_login=True)
    yield site
    site.store.close()


def address(feed: str, format: str, **parameters: str) -> str:
    path, _, query = feed.partition("?")
    queries = [query] * bool(query) + [f"{name}={value}" for name, value in parameters.items()]
    return f"{path}.{format}" + (f"?{'&'.join(queries)}" if queries else "")


def titles(site: SampleSite, path: str) -> list[str]:
    return [entry.title for entry in feedparser.parse(Visitor(site.app).get(path).content).entries]


def save(site: SampleSite, *urls: str) -> None:
    for number, url in enumerate(urls):
        now = NOW + timedelta(minutes=number)
        site.store.set_mark(DEFAULT_READER, site.ids[url], Mark.SAVED, is_set=True, now=now)


@pytest.mark.parametrize("feed", FEEDS)
def test_every_feed_is_well_formed_and_says_the_same_in_both_formats(site: SampleSite, feed: str) -> None:
    save(site, FERRIES.url, WELLS.url)
    visitor = Visitor(site.app)
    atom, jsonfeed = visitor.get(address(feed, "atom")), visitor.get(address(feed, "json"))
    assert atom.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert jsonfeed.headers["content-type"] == "application/feed+json"
    parsed, document = feedparser.parse(atom.content), json.loads(jsonfeed.content)
    assert (parsed.bozo, parsed.version) == (False, "atom10")
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert parsed.feed.id == SITE + address(feed, "atom")
    assert document["feed_url"] == SITE + address(feed, "json")
    assert document["home_page_url"] == parsed.feed.link
    assert visitor.get(document["home_page_url"].removeprefix(SITE)).status_code == 200
    assert 1 <= len(parsed.entries) <= MAX_ENTRIES
    assert len({entry.id for entry in parsed.entries}) == len(parsed.entries)
    assert [(entry.id, entry.title, entry.link) for entry in parsed.entries] == [
        (item["id"], item["title"], item["url"]) for item in document["items"]
    ]
    for item in document["items"]:
        for name in ("date_published", "date_modified"):
            assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", item[name])


def test_an_entry_holds_the_brief_and_leads_to_its_evidence(site: SampleSite) -> None:
    parsed = feedparser.parse(Visitor(site.app).get("/feed.atom").content)
    [entry] = [entry for entry in parsed.entries if entry.title == FERRIES.title]
    content = entry.content[0].value
    sentences = [line.text for line in (FERRIES.dek, *FERRIES.what_happened, *FERRIES.takeaways) if line]
    sentences += [line.text for pair in FERRIES.insights for line in pair]
    for text in sentences:
        assert text in content
    links = re.findall(rf'href="{SITE}({site.path_of(FERRIES)}/evidence)#(s\d+)"', content)
    assert [anchor for _, anchor in links] == [f"s{number}" for number in range(1, len(sentences) + 1)]
    evidence = Visitor(site.app).get(links[0][0]).text
    assert all(f'id="{anchor}"' in evidence for _, anchor in links)
    assert content.count("(weakly supported)") == 2
    assert entry.author == FERRIES.publisher
    assert {link.rel: link.href for link in entry.links}["via"] == FERRIES.url
    assert f'href="{FERRIES.url}"' in content
    assert entry.published == "2031-03-04T08:33:00+00:00"


def test_what_kind_of_article_it_is_stands_among_the_categories(site: SampleSite) -> None:
    parsed = feedparser.parse(Visitor(site.app).get("/feed.atom").content)
    [entry] = [entry for entry in parsed.entries if entry.title == COLUMN.title]
    assert [tag.term for tag in entry.tags][:2] == ["Opinion", "Partly behind a paywall"]
    items = Visitor(site.app).get("/api/v1/briefs?publisher=northside-ledger").json()["items"]
    assert {item["headline"]: item["flags"] for item in items}[COLUMN.title] == ["opinion", "paywalled"]


def test_a_brief_that_changed_keeps_its_id_and_tells_when(site: SampleSite) -> None:
    entries = {entry.title: entry for entry in feedparser.parse(Visitor(site.app).get("/feed.atom").content).entries}
    turbines = entries[TURBINES.title]
    assert turbines.updated == "2031-03-04T09:26:00+00:00"
    other = feedparser.parse(Visitor(site.app).get("/publisher/the-kestrel.atom").content)
    assert turbines.id in {entry.id for entry in other.entries}
    assert turbines.id.startswith("urn:uuid:")


def test_feeds_show_what_their_pages_show(site: SampleSite) -> None:
    assert set(titles(site, "/publisher/the-kestrel.atom")) == {FERRIES.title, TURBINES.title}
    assert WELLS.title in titles(site, "/topic/environment.atom")
    assert titles(site, "/search.atom?q=earthquake") == [TREMOR.title]
    assert titles(site, "/saved.atom") == []
    save(site, COLUMN.url, TREMOR.url)
    assert titles(site, "/saved.atom") == [TREMOR.title, COLUMN.title]
    site.store.add_mute(DEFAULT_READER, MuteKind.WORD, "ferries", MuteEffect.HIDE)
    site.store.set_mark(DEFAULT_READER, site.ids[WELLS.url], Mark.HIDDEN, is_set=True, now=NOW)
    for path in ("/feed.atom", "/publisher/the-kestrel.atom", "/topic/environment.atom"):
        assert not {FERRIES.title, WELLS.title} & set(titles(site, path)), path


def test_a_publishers_hostile_words_stay_words(site: SampleSite) -> None:
    hostile = "<script>alert(1)</script>]]>&quot;'\x0b"
    line = Line(f"It says {hostile}.", (0,), weak=hostile)
    sample = Sample(
        "javascript:alert(1)", hostile, hostile, ((f"It says {hostile}.",),), line, (line,), language=hostile
    )
    publish(site.store, sample, now=NOW)
    visitor = Visitor(site.app)
    assert not feedparser.parse(visitor.get("/search.atom?q=alert").content).bozo
    [item] = json.loads(visitor.get("/search.json?q=alert").content)["items"]
    content = item["content_html"]
    assert "&lt;script&gt;alert(1)" in content
    assert re.findall(r'<script|href="javascript', content) == []
    assert "external_url" not in item
    assert "language" not in item
    assert re.fullmatch(r'<div dir="auto">', content.splitlines()[0])


def test_what_there_is_not_has_no_feed(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    for path in ("/topic/nothing.atom", "/publisher/nobody.json", "/feed.rss"):
        assert visitor.get(path).status_code == 404, path
    assert visitor.get("/search.atom?q=").status_code == 400


def test_a_feed_of_nothing_is_a_feed(tmp_path: Path) -> None:
    empty = make_sample_site(tmp_path, is_filled=False)
    answer = Visitor(empty.app).get("/feed.atom")
    parsed = feedparser.parse(answer.content)
    assert (parsed.bozo, parsed.version, parsed.entries) == (False, "atom10", [])
    assert "last-modified" not in answer.headers
    empty.store.close()


@pytest.mark.parametrize("feed", FEEDS)
def test_what_has_not_changed_is_not_sent_again(site: SampleSite, feed: str) -> None:
    save(site, FERRIES.url)
    visitor, path = Visitor(site.app), address(feed, "atom")
    first = visitor.get(path)
    etag = first.headers["etag"]
    for sent in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
        again = visitor.get(path, headers={"if-none-match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert visitor.get(path, headers={"if-none-match": '"other"'}).content == first.content
    if feed == "/saved":
        assert "last-modified" not in first.headers
        return
    modified = first.headers["last-modified"]
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 2031 \d\d:\d\d:\d\d GMT", modified)
    assert visitor.get(path, headers={"if-modified-since": modified}).status_code == 304
    before = "Mon, 03 Mar 2030 00:00:00 GMT"
    assert visitor.get(path, headers={"if-modified-since": before}).status_code == 200
    assert visitor.get(path, headers={"if-modified-since": "yesterday"}).status_code == 200
    both = {"if-none-match": '"other"', "if-modified-since": modified}
    assert visitor.get(path, headers=both).status_code == 200, "the ETag decides"


def test_saving_an_old_brief_changes_the_saved_feed(site: SampleSite) -> None:
    save(site, FERRIES.url)
    visitor = Visitor(site.app)
    etag = visitor.get("/saved.json").headers["etag"]
    save(site, COLUMN.url)
    assert visitor.get("/saved.json", headers={"if-none-match": etag}).status_code == 200


def test_pages_name_their_feeds(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    for page, feed in (
        ("/", "/feed"),
        ("/topic/society", "/topic/society"),
        ("/publisher/the-kestrel", "/publisher/the-kestrel"),
        ("/search?q=night+boats", "/search?q=night+boats"),
        ("/saved", "/saved"),
        ("/corrections", "/corrections"),
    ):
        found = re.findall(
            r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">', visitor.get(page).text
        )
        expected = [
            ("application/atom+xml", address(feed, "atom")),
            ("application/feed+json", address(feed, "json")),
        ]
        assert found == expected, page
        for _, href in found:
            assert visitor.get(href).status_code == 200
    assert 'rel="alternate"' not in visitor.get("/search").text


def new_reader(site: SampleSite, name: str) -> Visitor:
    """A visitor with a session."""
    ticket = site.store.issue_ticket(TicketKind.INVITE, role=Role.READER, now=NOW, expires_at=NOW + timedelta(1))
    reader = site.store.redeem_ticket(ticket, name=name, password_hash="unused", now=NOW)
    visitor = Visitor(site.app)
    visitor.cookies[SESSION_COOKIE] = site.store.open_session(reader.id, now=NOW, expires_at=NOW + timedelta(1))
    return visitor


def make_token(visitor: Visitor, scope: TokenScope) -> str:
    answer = visitor.post("/account/tokens", data={"name": "<Newsboat>", "scope": scope.value})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    found = re.search(r'<code class="account__token">([\w-]{43})</code>', answer.text)
    assert found
    assert "&lt;Newsboat&gt;" in answer.text
    return found[1]


@pytest.mark.parametrize("feed", [*FEEDS, "/corrections"])
def test_a_feed_reader_reads_with_a_token_that_the_feed_does_not_repeat(closed_site: SampleSite, feed: str) -> None:
    token = make_token(new_reader(closed_site, "ada"), TokenScope.FEEDS)
    stranger = Visitor(closed_site.app)
    refused = stranger.get(address(feed, "atom"))
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert stranger.get(address(feed, "atom", token="made-up")).status_code == 401
    assert stranger.get(address(feed, "atom", token="x" * 5_000)).status_code == 401
    answer = stranger.get(address(feed, "atom", token=token))
    assert answer.status_code == 200
    assert token not in answer.text
    assert "set-cookie" not in answer.headers


def test_a_token_shows_the_lists_of_its_reader_and_opens_nothing_else(closed_site: SampleSite) -> None:
    ada, bo = new_reader(closed_site, "ada"), new_reader(closed_site, "bo")
    ada.post(f"{closed_site.path_of(FERRIES)}/save", data={"back": "/"})
    of_ada, of_bo = make_token(ada, TokenScope.FEEDS), make_token(bo, TokenScope.FEEDS)
    stranger = Visitor(closed_site.app)
    assert FERRIES.title in stranger.get(f"/saved.json?token={of_ada}").text
    assert FERRIES.title not in stranger.get(f"/saved.json?token={of_bo}").text
    for path in ("/saved", "/", "/account", "/search?q=x", "/accuracy.json"):
        joint = "&" if "?" in path else "?"
        bearer = {"authorization": f"Bearer {of_ada}"}
        assert stranger.get(f"{path}{joint}token={of_ada}", headers=bearer).status_code == 303, path
    closed_site.store.set_disabled(closed_site.store.find_reader("ada")[0].id, NOW)  # type: ignore[index]
    assert stranger.get(f"/saved.json?token={of_ada}").status_code == 401


def test_an_api_token_goes_into_the_header_only(closed_site: SampleSite) -> None:
    token = make_token(new_reader(closed_site, "ada"), TokenScope.API)
    stranger = Visitor(closed_site.app)
    assert stranger.get("/feed.atom", headers={"authorization": f"Bearer {token}"}).status_code == 200
    assert stranger.get(f"/feed.atom?token={token}").status_code == 401


def test_a_revoked_token_reads_nothing(closed_site: SampleSite) -> None:
    ada, eve = new_reader(closed_site, "ada"), new_reader(closed_site, "eve")
    token = make_token(ada, TokenScope.FEEDS)
    page = ada.get("/account").text
    assert token not in page, "it is shown once"
    revoke = re.search(r'action="(/account/tokens/\d+/revoke)\?', page)
    assert revoke
    assert eve.post(revoke[1]).status_code == 404
    assert Visitor(closed_site.app).get(f"/feed.atom?token={token}").status_code == 200
    assert ada.post(revoke[1]).status_code == 303
    assert Visitor(closed_site.app).get(f"/feed.atom?token={token}").status_code == 401


def test_a_site_without_a_login_wants_no_token(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    assert visitor.post("/account/tokens", data={"scope": "feeds"}).status_code == 400
    assert visitor.get("/feed.atom?token=anything").status_code == 200
