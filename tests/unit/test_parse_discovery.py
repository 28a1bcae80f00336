"""Feeds that a page names, and lists of feeds in OPML, both ways."""

from __future__ import annotations

import pytest

from nutgraf.errors import ParseError
from nutgraf.outputs.opml import Subscription, format_opml
from nutgraf.stages.parse import FeedLink, OpmlOutline, find_feed_links, parse_opml

URL = "https://page.example/section/"


def test_declared_feeds_come_in_the_pages_order() -> None:
    page = b"""<html><head><base href="https://page.example/">
      <LINK REL='alternate' TYPE="application/atom+xml; charset=utf-8" HREF='a.atom' TITLE='A &amp; more'>
      <link rel="alternate" hreflang="de" href="/de">
      <link rel="alternate" type="application/json" href="/wp-json/posts/1">
      <link type=application/feed+json rel="alternate home" href=feed.json>
      <link rel="alternate" type="application/atom+xml" href="a.atom"></head><a href="/rss">RSS</a>"""
    assert find_feed_links(page, url=URL) == (
        FeedLink("https://page.example/a.atom", "A & more", "application/atom+xml"),
        FeedLink("https://page.example/feed.json", "", "application/feed+json"),
    )


def test_without_declared_feeds_links_that_look_like_one_are_taken() -> None:
    page = b"""<a href="feed/">RSS feed</a> <a href="/news/rss-explained">RSS</a> <a href="/feedback">feed</a>
      <a href="/index.xml"><img src=x></a> <a href="javascript:rss">RSS</a>"""
    links = find_feed_links(page, url=URL)
    assert [link.url for link in links] == ["https://page.example/section/feed/", "https://page.example/index.xml"]


def test_a_page_full_of_links_is_read_in_bounds() -> None:
    assert find_feed_links(b'<a href="/rss">' * 100_000, url=URL)
    assert find_feed_links(b'<a href="' * 100_000, url=URL) == ()


def test_opml_keeps_folders_and_drops_repeats() -> None:
    data = b"""<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body>
      <outline text="News"><outline text="Europe">
        <outline type="rss" text="A &amp; B" title="A &amp; B" xmlUrl="http://a.example/f" htmlUrl="http://a.example"/>
      </outline></outline>
      <outline text="Again" xmlUrl="http://a.example/f"/>
      <outline text="Bad" xmlUrl="javascript:alert(1)"/>
      <outline text="Tagged" xmlurl="http://b.example/f" category="/Science/Space"/></body></opml>"""
    assert parse_opml(data) == (
        OpmlOutline("http://a.example/f", "A & B", "http://a.example", "News/Europe"),
        OpmlOutline("javascript:alert(1)", "Bad", "", ""),
        OpmlOutline("http://b.example/f", "Tagged", "", "Science/Space"),
    )


def test_opml_with_stray_ampersands_is_mended() -> None:
    data = b'<opml><body><outline text="A & B" xmlUrl="http://a.example/f?x=1&y=2"></body></opml>'
    assert parse_opml(data) == (OpmlOutline("http://a.example/f?x=1&y=2", "A & B", "", ""),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "opml_invalid"),
        (b"<html>", "opml_invalid"),
        (b"<opml><body>" + b"<outline>" * 1_000, "too_deep"),
        (b'<!DOCTYPE opml [<!ENTITY a "x"><!ENTITY b "&a;">]><opml/>', "too_many_entities"),
    ],
)
def test_what_is_no_opml_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_opml(data)
    assert caught.value.code == code


def test_opml_survives_the_way_out_and_in() -> None:
    feeds = [
        Subscription('"Quotes" <& co>', "http://a.example/f?x=1&y=2", "http://a.example/"),
        Subscription("\x01Ünï", "http://b.example/f", "", "Über & «local»"),
        Subscription("C", "http://c.example/f", "", "News/Local"),
        Subscription("D", "http://d.example/f", "", "Über & «local»"),
    ]
    found = parse_opml(format_opml(feeds))
    assert [(outline.title, outline.url, outline.site_url, outline.category) for outline in found] == [
        ('"Quotes" <& co>', "http://a.example/f?x=1&y=2", "http://a.example/", ""),
        ("C", "http://c.example/f", "", "News/Local"),
        ("Ünï", "http://b.example/f", "", "Über & «local»"),
        ("D", "http://d.example/f", "", "Über & «local»"),
    ]
