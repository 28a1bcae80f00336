"""What the site refuses, and the headers of every answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from nutgraf.web.assets import SCRIPTS, STATIC_FOLDER
from nutgraf.web.security import CONTENT_POLICY, SECURITY_HEADERS
from sample_site.articles import FERRIES, Line, Sample
from sample_site.seeding import publish
from sample_site.site import NOW, SampleSite, make_sample_site
from sample_site.visitor import OWN_PAGE, Visitor

CHANGES = ("/feeds", "/feeds/poll", "/feeds/1/poll", "/feeds/1/remove", "/articles/1/replay", "/feeds/import")

HASH = re.compile(r"(?<=/)[0-9a-f]{12}(?=/)")
READING_SCRIPT = '<script type="module" src="/static/HASH/reading.js"></script>'

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{ 7*7 }}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


@pytest.mark.parametrize(
    "path", ["/", "/topics", "/feeds", "/feeds.opml", "/healthz", "/robots.txt", "/nowhere", "/favicon.ico"]
)
def test_every_answer_has_the_security_headers(site: SampleSite, path: str) -> None:
    answer = Visitor(site.app).get(path)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)


DATA = re.compile(r'<script type="application/ld\+json">[^<]*</script>')
"""JSON-LD in a page: browsers run nothing of that type."""


def test_pages_hold_no_inline_script_or_style(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    for path in ("/", "/topics", "/topic/society", "/publisher/the-kestrel", "/feeds", site.path_of(FERRIES)):
        answer = visitor.get(path)
        assert answer.headers["cache-control"] == "private, no-cache"
        text, data_count = DATA.subn("", answer.text)
        assert data_count == (path == site.path_of(FERRIES))
        assert re.findall(r"<script[^>]*>[^<]*</script>", HASH.sub("HASH", text)) == [READING_SCRIPT]
        assert text.count("<script") == 1
        assert "<style" not in text
        assert " style=" not in text


def test_the_page_of_evidence_has_one_more_file_of_ours(site: SampleSite) -> None:
    answer = Visitor(site.app).get(f"{site.path_of(FERRIES)}/evidence")
    assert re.findall(r"<script[^>]*>[^<]*</script>", HASH.sub("HASH", answer.text)) == [
        READING_SCRIPT,
        '<script src="/static/HASH/evidence.js" defer></script>',
    ]
    assert " style=" not in answer.text


def test_the_policy_lets_no_text_become_markup_or_code() -> None:
    assert "unsafe" not in CONTENT_POLICY
    assert "require-trusted-types-for 'script'; trusted-types nutgraf" in CONTENT_POLICY


def test_our_scripts_are_few_bytes_and_write_no_markup() -> None:
    sources = [(STATIC_FOLDER / name).read_text() for name in SCRIPTS]
    assert sum(len(source.encode()) for source in sources) < 15_000
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://"):
        assert not any(sink in source for source in sources), sink


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
    ],
)
def test_other_sites_change_nothing(site: SampleSite, path: str, headers: dict[str, str]) -> None:
    before = site.store.list_feeds()
    assert Visitor(site.app).send("POST", path, headers=headers).status_code == 403
    assert site.store.list_feeds() == before


def test_a_program_without_origin_may_change_things(site: SampleSite) -> None:
    assert Visitor(site.app).send("POST", "/feeds/poll").status_code == 303


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8321", "127.0.0.1.evil.example", ""])
def test_other_host_names_are_refused(site: SampleSite, host: str) -> None:
    answer = Visitor(site.app).get("/", headers={"host": host})
    assert answer.status_code == 400
    assert FERRIES.title not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8321", "127.0.0.1:9", "[::1]:8321", "testserver"])
def test_own_host_names_are_served(site: SampleSite, host: str) -> None:
    assert Visitor(site.app).get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/brief/999999", 404),
        ("GET", f"/brief/{'9' * 5000}", 404),
        ("GET", "/brief/-1", 404),
        ("GET", "/topic/nowhere", 404),
        ("GET", "/publisher/nobody", 404),
        ("GET", "/publisher/%00", 404),
        ("GET", "/feeds/999/remove", 404),
        ("GET", "/static/0/site.css", 404),
        ("GET", "/static/..%2f..%2fapp.py", 404),
        ("POST", "/", 405),
        ("GET", "/feeds/1/poll", 405),
        ("DELETE", "/feeds", 405),
        ("POST", "/feeds/999/poll", 404),
    ],
)
def test_errors_are_pages_in_our_own_look(site: SampleSite, method: str, path: str, status: int) -> None:
    visitor = Visitor(site.app)
    answer = visitor.send(method, f"{path}?form={visitor.form_token()}", headers=OWN_PAGE)
    assert answer.status_code == status
    assert f'<p class="blank__code">{status}</p>' in answer.text


def test_a_large_form_is_refused_by_its_declared_size(site: SampleSite) -> None:
    assert Visitor(site.app).post("/feeds", data={"url": "x" * 100_000}).status_code == 413


def test_a_large_body_without_a_declared_size_is_refused(site: SampleSite) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"url="
        for _ in range(100):
            yield b"x" * 1000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert Visitor(site.app).post("/feeds", content=chunks(), headers=headers).status_code == 413


def test_a_defect_shows_nothing_of_the_inside(site: SampleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(site.store), "list_briefs", broken)
    answer = Visitor(site.app).get("/latest")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"] == SECURITY_HEADERS["Content-Security-Policy"]


def test_a_publishers_hostile_words_stay_words(site: SampleSite) -> None:
    line = Line(f"It says {HOSTILE}.", (0,), weak=HOSTILE)
    sample = Sample(
        "javascript:alert(1)", HOSTILE, HOSTILE, ((f"It says {HOSTILE}.",),), line, (line,), language=HOSTILE
    )
    article_id = publish(site.store, sample, now=NOW)
    visitor = Visitor(site.app)
    for path in ("/", f"/brief/{article_id}"):
        page = DATA.sub("", visitor.get(path).text)
        assert page.count("<script") == 1  # ours
        assert "<img" not in page
        assert "{{ 7*7 }}" in page
        assert 'href="javascript' not in page


def test_health_is_told(site: SampleSite) -> None:
    answer = Visitor(site.app).get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": "0.1.0", "reasons": []}


def test_crawlers_are_turned_away(site: SampleSite) -> None:
    assert Visitor(site.app).get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_static_files_are_kept_by_browsers_for_good(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    path = site.app.state.site.assets["site.css"].path
    first = visitor.get(path)
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert first.headers["content-type"] == "text/css; charset=utf-8"
    again = visitor.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
