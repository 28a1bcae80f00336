"""Other people's attacks (XSS, redirects, XXE, SSRF, broken markup) as feeds, pages and addresses.

No exception but our own errors comes out, nothing active, and no connection to a private address is begun.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
from collections.abc import Iterator
from html import escape
from itertools import islice
from pathlib import Path

import pytest

from measuring_data import files, markup_cases, payload_lines, unpacked
from nutgraf.adapters.clock import SystemClock
from nutgraf.adapters.http import FetchOptions, HttpFetcher, connecting
from nutgraf.adapters.http.addresses import AddressPolicy
from nutgraf.domain.article import Article
from nutgraf.domain.document import FetchRequest, Purpose
from nutgraf.domain.feed import Feed
from nutgraf.errors import ExtractError, FetchError, ParseError
from nutgraf.stages.extract import extract_article
from nutgraf.stages.parse import find_feed_links, parse_feed, parse_opml
from nutgraf.text.addresses import absolute_url, normalise_address
from nutgraf.text.sanitise import html_to_text, sanitise_html
from sanitised_html import assert_harmless

pytestmark = pytest.mark.data

URL = "https://press.example/news/story"
PER_DOCUMENT = 40
FILLER = "The harbour council voted on the ferry timetable and the mayor spoke to residents afterwards. " * 4
PUBLIC_ADDRESS = "9.9.9.9"
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}:[^\s\"'<>`|]+", re.IGNORECASE)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("security-dev", tmp_path_factory)


def everything(folder: Path) -> list[str]:
    return list(dict.fromkeys((*payload_lines(folder), *markup_cases(folder))))


def in_portions(payloads: list[str]) -> Iterator[list[str]]:
    waiting = iter(payloads)
    while portion := list(islice(waiting, PER_DOCUMENT)):
        yield portion


def assert_feed_harmless(feed: Feed) -> None:
    for entry in feed.entries:
        assert entry.url.startswith(("http://", "https://")) or not entry.url
        for markup in (entry.summary_html, entry.content_html, entry.title):
            assert_harmless(sanitise_html(markup, entry.url or URL))


def assert_article_harmless(article: Article) -> None:
    for address in (article.url, article.canonical_url, article.lead_image_url):
        assert address.startswith(("http://", "https://")) or not address
    (article.title + article.byline + article.publisher + article.text + article.section).encode()
    assert all(0 <= s.start < s.end <= len(article.text) for s in article.sentences)


def test_markup_of_all_kinds_is_made_harmless(hostile: Path) -> None:
    payloads = everything(hostile)
    assert len(payloads) > 9_000
    for payload in payloads:
        for markup in (payload, f'<a href="{payload}">x</a>', f"<p {payload}>x</p>"):
            assert_harmless(sanitise_html(markup, URL))
        html_to_text(payload).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("is_escaped", [True, False])
def test_feeds_of_attacks_give_harmless_entries_or_a_code(hostile: Path, is_escaped: bool) -> None:
    read = 0
    for portion in in_portions(everything(hostile)):
        texts = [escape(text) if is_escaped else text for text in portion]
        items = "".join(
            f"<item><guid>{n}</guid><link>{text}</link><title>{text}</title><description>{text}</description></item>"
            for n, text in enumerate(texts)
        )
        rss = f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode("utf-8", "replace")
        try:
            feed = parse_feed(rss, url=URL)
        except ParseError:
            continue
        assert_feed_harmless(feed)
        read += len(feed.entries)
    assert read > (8_500 if is_escaped else 1_000)


def test_each_payload_as_a_document_gives_a_value_or_a_code(hostile: Path) -> None:
    documents = [text.encode("utf-8", "replace") for text in everything(hostile) if text.lstrip().startswith("<")]
    documents += [file.read_bytes() for file in files(hostile / "payloads")]
    assert len(documents) > 2_800
    for document in documents:
        for content_type in ("application/rss+xml", None):
            try:
                feed = parse_feed(document, url=URL, content_type=content_type)
            except ParseError:
                continue
            assert_feed_harmless(feed)
            assert "root:" not in repr(feed)
        with contextlib.suppress(ParseError):
            assert "root:" not in repr(parse_opml(document))
        assert all(link.url.startswith(("http://", "https://")) for link in find_feed_links(document, url=URL))


def test_an_entity_that_names_a_file_brings_nothing_of_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret itself", encoding="utf-8")
    for kind in ("", "%"):
        document = (
            f'<!DOCTYPE rss [<!ENTITY {kind} leak SYSTEM "{secret.as_uri()}">]><rss version="2.0"><channel>'
            "<title>News</title><item><guid>1</guid><link>https://press.example/1</link><title>A &leak;</title>"
            "<description>B &leak;</description></item></channel></rss>"
        ).encode()
        try:
            assert "secret itself" not in repr(parse_feed(document, url=URL))
        except ParseError as error:
            assert "secret itself" not in str(error)  # noqa: PT017


def test_pages_of_attacks_give_harmless_articles_or_a_code(hostile: Path) -> None:
    read = 0
    for portion in in_portions(everything(hostile)):
        first = portion[0]
        body = "".join(f"<p>{text}</p><p title={text}>{FILLER}</p>" for text in portion)
        page = (
            f"<html><head><title>{first}</title><meta property=og:title content='{first}'>"
            f"<meta name=author content='{first}'><link rel=canonical href='{first}'>"
            f"<meta property=og:image content='{first}'></head><body><article><h1>{first}</h1>{body}</article></body>"
        )
        try:
            article = extract_article(page.encode("utf-8", "replace"), url=URL)
        except ExtractError:
            continue
        assert_article_harmless(article)
        read += 1
    assert read > 100


def addresses(folder: Path) -> list[str]:
    """Every address in the payloads, every line as a link on a page, every word of the SSRF pages as a host."""
    found: dict[str, None] = {}
    for line in payload_lines(folder):
        found.update(dict.fromkeys(ADDRESS.findall(line)))
        if "\n" not in line and len(line) < 500:
            found[line] = None
            found[absolute_url(line, URL)] = None
    for file in files(folder / "payloads" / "Server Side Request Forgery"):
        for word in file.read_text(encoding="utf-8", errors="replace").split():
            found[f"http://{word.strip('`()[]*,;')}/"] = None
    return list(found)


def test_no_connection_to_a_private_address_is_begun(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = connections_begun(addresses(hostile), monkeypatch)
    assert begun, "public addresses must get through, or this shows nothing"
    assert {address for address in begun if not is_plainly_public(address)} == set()


def connections_begun(urls: list[str], monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The addresses to which fetching `urls` would connect; names that are no addresses resolve to a public one."""
    begun: set[str] = set()
    check_address = AddressPolicy.check_address

    def resolve(host: str, port: int, family: int = 0, type: int = 0) -> object:
        if host.rstrip(".").lower().endswith("localhost"):
            host = "127.0.0.1"
        try:
            return getaddrinfo(host, port, family, type, 0, socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            return getaddrinfo(PUBLIC_ADDRESS, port, family, type, 0, socket.AI_NUMERICHOST)

    def note(self: AddressPolicy, address_text: str, port: int, **options: str) -> None:
        check_address(self, address_text, port, **options)
        begun.add(address_text)

    def no_network(*arguments: object, **options: object) -> socket.socket:
        raise ConnectionRefusedError(111, "no network in tests")

    getaddrinfo = socket.getaddrinfo
    monkeypatch.setattr(connecting.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(AddressPolicy, "check_address", note)

    async def fetch_all() -> None:
        fetcher = HttpFetcher(FetchOptions(host_gap_s=0), SystemClock())
        with pytest.MonkeyPatch.context() as offline:
            offline.setattr(connecting.socket, "socket", no_network)
            for url in urls:
                with pytest.raises(FetchError):
                    await fetcher.fetch(FetchRequest(url, Purpose.FEED))
        await fetcher.close()

    asyncio.run(fetch_all())
    return begun


def is_plainly_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and (inner is None or inner.is_global)


def test_every_address_has_a_key(hostile: Path) -> None:
    for url in addresses(hostile):
        key = normalise_address(url)
        assert normalise_address(key) == key, url
