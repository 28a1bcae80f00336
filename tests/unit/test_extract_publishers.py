"""The rules for single publishers: the shipped ones on pages of our own making, and the checks of the file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nutgraf.errors import ConfigError
from nutgraf.stages.extract import extract_article
from nutgraf.stages.extract.locate import Surroundings
from nutgraf.stages.extract.metadata import PageFacts, read_metadata
from nutgraf.stages.extract.publishers import Selector, parse_rules, rules_for
from nutgraf.stages.extract.tree import parse_tree

SENTENCE = "The council of Dunmere decided on Wednesday evening that the road will stay open through the winter."
TEXT = "".join(f"<p>{SENTENCE} {count}.</p>" for count in ("One", "Two", "Three", "Four"))
OTHER = "<p>A goat was found on the roof of the mill, and nobody knows how it came there at night.</p>"


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://www.bbc.com/news/articles/x", f'<div data-component="links-block">{OTHER}</div>'),
        ("https://www.bbc.co.uk/news/x", f'<div data-component="topic-list">{OTHER}</div>'),
        ("https://www.nytimes.com/2026/02/11/x.html", f'<div class="bottom-of-article">{OTHER}</div>'),
        ("https://www.npr.org/2026/02/11/x", f'<div class="internallink insettwocolumn">{OTHER}</div>'),
        ("https://www.theguardian.com/world/x", f'<aside class="element element-rich-link">{OTHER}</aside>'),
        ("https://www.aljazeera.com/news/x", f'<div class="more-on">{OTHER}</div>'),
        ("https://edition.cnn.com/2026/02/11/x", f'<div class="related-content">{OTHER}</div>'),
        ("https://apnews.com/article/x", f'<div class="PageListEnhancementGeneric">{OTHER}</div>'),
    ],
)
def test_what_a_publisher_s_rules_drop(url: str, other: str) -> None:
    page = f"<html><body><article><h1>A vote</h1>{TEXT}{other}{TEXT}</article></body></html>"
    text = extract_article(page, url=url).text
    assert "goat" not in text
    assert text.count("Four.") == 2


@pytest.mark.parametrize(
    ("url", "opening"),
    [
        ("https://www.nytimes.com/x", '<section name="articleBody">'),
        ("https://www.npr.org/x", '<section id="storytext">'),
        ("https://apnews.com/x", '<section class="RichTextStoryBody wide">'),
    ],
)
def test_the_element_that_holds_the_text(url: str, opening: str) -> None:
    page = f"<html><body><div>{opening}{TEXT * 2}</section></div><div>{OTHER * 30}</div></body></html>"
    assert "goat" not in extract_article(page, url=url).text
    assert "goat" in extract_article(page, url="https://press.example/x").text


def test_byline_and_date_from_the_rules() -> None:
    rules = parse_rules(b'[[publisher]]\nhosts = ["press.example"]\nbyline = ".who"\ndate = "p.when"\n', "test")[
        "press.example"
    ]
    root = parse_tree("<body><p class='who'>By Ida Marsh</p><p class='when'>11 February 2026</p></body>", url="")
    found = read_metadata(PageFacts(root, "https://press.example/x", rules), Surroundings("", ("3 May 2020",)))
    assert (found.byline, found.published_at) == ("Ida Marsh", datetime(2026, 2, 11, tzinfo=UTC))


def test_rules_are_of_a_host_and_those_below_it() -> None:
    assert rules_for("https://edition.cnn.com/x").hosts == ("cnn.com",)
    assert rules_for("https://cnn.com.press.example/x").hosts == ()
    assert rules_for("http://[").hosts == ()


@pytest.mark.parametrize("text", ["", "div p", ".a.b", "a[href]", "*", "div >p", "p:first-child"])
def test_what_is_no_selector(text: str) -> None:
    with pytest.raises(ValueError, match="selector"):
        Selector.parse(text)


@pytest.mark.parametrize(
    "entry",
    ['hosts = ["press.example"]\ncolour = "red"', "hosts = []", 'hosts = ["Press"]', 'drop = [".x"]',
     'hosts = ["press.example"]\ndrop = ["a b"]', 'hosts = ["a.example"]\n[[publisher]]\nhosts = ["a.example"]'],
)  # fmt: skip
def test_a_wrong_entry_is_named(entry: str) -> None:
    with pytest.raises(ConfigError, match=r"publisher [12]:"):
        parse_rules(f"[[publisher]]\n{entry}\n".encode(), "test.toml")


@pytest.mark.parametrize("raw", [b"\xff", b"[[publisher", b"x = 1"])
def test_a_file_that_cannot_be_read(raw: bytes) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        parse_rules(raw, "test.toml")
