"""What newsrooms add to a story and what looks like it but is story: each rule beside the case that it must leave."""

from __future__ import annotations

import pytest

from nutgraf.domain.article import ArticleFlag, ParagraphKind
from nutgraf.errors import ExtractError
from nutgraf.stages.extract import extract_article

URL = "https://press.example/news/story"
STORY = "".join(
    f"<p>The council of Dunmere decided on {day} evening that the road along the river stays open, its clerk said.</p>"
    for day in ("Monday", "Tuesday", "Wednesday")
)
LATER = "<p>The next session of the council is in June, and it is open to all who live in the district.</p>"


def texts_of(extra: str) -> list[tuple[ParagraphKind, str]]:
    page = f"<html><body><article><h1>Road stays open</h1>{STORY}{extra}{LATER}</article></body></html>"
    article = extract_article(page, url=URL)
    return [(p.kind, article.text[p.start : p.end]) for p in article.paragraphs]


@pytest.mark.parametrize(
    "line",
    [
        "TikTok, Instagram, Facebook",
        "Follow us on Facebook and Instagram",
        "[This article was first published by the Quay Notes.]",
        "(Reporting by Ida Marsh; Editing by Per Aune)",
        "(Con información de AFP y Reuters)",
        "We depend on readers like you. Become a member of our newsroom today, or make a donation, so that our "
        "reporters can go on to tell you what the council decides, who pays for it and who gains by it, week after "
        "week and without a wall around any of it.",
        "Wir berichten für Sie ohne Werbung. Bitte unterstützen Sie unsere Redaktion mit einer Spende.",
    ],
)
def test_what_newsrooms_say_for_themselves_is_left_out(line: str) -> None:
    assert line not in [text for _, text in texts_of(f"<p>{line}</p>")]


@pytest.mark.parametrize(
    "line",
    [
        "Facebook and Instagram must pay for the news that they show, the court in Dunmere ruled on Friday.",
        "The museum lives on gifts, and its members donated forty paintings to it in the past year alone.",
        "“We need your support and your donations to keep the newsroom open,” the editor told her readers on Friday.",
        "Reporting by the agency showed that the bridge had been closed three times in the past year, it said.",
        "Correction of the river's course will cost four million crowns and take at least three years.",
        "The source of the fire was found on Friday in a cellar below the old market hall, the brigade said.",
    ],
)
def test_a_story_about_such_things_is_kept(line: str) -> None:
    assert (ParagraphKind.BODY, line) in texts_of(f"<p>{line}</p>")


@pytest.mark.parametrize(
    "line",
    [
        "Correction: The road is 12 kilometres long, not 21.",
        "Correction, March 4, 2025: The road is 12 kilometres long.",
        "Editor’s note: The clerk is a cousin of the author.",
        "An earlier version of this article gave a wrong length for the road.",
        "This story has been updated with the words of the clerk.",
        "Korrektur: Die Straße ist 12 Kilometer lang.",
        "Une version précédente de cet article donnait une autre longueur.",
        "Nota del editor: la carretera mide 12 kilómetros.",
    ],
)
def test_notes_on_the_article_are_known_as_such(line: str) -> None:
    assert (ParagraphKind.NOTE, line) in texts_of(f"<p>{line}</p>")


def entries(times: list[str]) -> str:
    return "".join(f"<div>{time}</div>{STORY}" for time in times)


@pytest.mark.parametrize(
    ("title", "times", "is_live"),
    [
        ("Storm: live updates", ["11:40", "10.25 am", "09:05 GMT"], True),
        ("Storm", ["23:40", "22:25", "21:05", "20:00", "19:10", "18:30"], True),
        ("Storm", ["18:30", "19:10", "20:00", "21:05", "23:40", "00:25"], True),
        ("Storm", ["11:40", "10:25", "09:05"], False),
        ("Storm", ["10:25", "11:40", "09:05", "13:00", "08:30", "12:10"], False),
    ],
)
def test_live_blogs_are_known_by_their_times(title: str, times: list[str], is_live: bool) -> None:
    page = f"<html><head><title>{title}</title></head><body><main><h1>{title}</h1>{entries(times)}</main></body></html>"
    assert (ArticleFlag.LIVE_BLOG in extract_article(page, url=URL).flags) is is_live


def flash(text: str, head: str = '<meta property="article:published_time" content="2025-06-02T05:10:00Z">') -> str:
    return f"<html><head>{head}</head><body><article><h1>Strike is off</h1><p>{text}</p></article></body></html>"


def test_a_dated_flash_of_fifteen_words_is_a_story() -> None:
    text = "Ferry crews in Dunmere have called off the strike planned for Friday after a new offer."
    assert extract_article(flash(text), url=URL).text == text


@pytest.mark.parametrize(
    "page",
    [
        flash("Ferry crews in Dunmere have called off the strike planned for Friday after a new offer.", head=""),
        flash("Ferry crews in Dunmere have called off the strike."),
        flash(
            "Ferries Crews Strikes Harbours Bridges Rivers Mills Roads Schools Parks Museums Halls Trains Buses Trams"
        ),
        flash("Your browser is outdated. Please get a newer browser to see this page as it was meant to be seen."),
    ],
)
def test_other_scraps_are_none(page: str) -> None:
    with pytest.raises(ExtractError):
        extract_article(page, url=URL)


@pytest.mark.parametrize(
    ("inline", "read"),
    [
        ('<a href="/a">welding</a><a href="/b">cooking</a>', "welding cooking"),
        ('<a href="/a">weld</a><a href="/a">ing</a>', "welding"),
        ('<a href="/a">Dunmere</a><a href="#1">[1]</a>', "Dunmere[1]"),
        ("<time>10:30 AM</time>Report", "10:30 AM Report"),
    ],
)
def test_neighbouring_links_are_kept_apart(inline: str, read: str) -> None:
    assert any(f"So it says: {read} today." in text for _, text in texts_of(f"<p>So it says: {inline} today.</p>"))


def test_templates_with_placeholders_or_outside_the_text_stay_hidden() -> None:
    hidden = f'<script type="text/template">{STORY}</script>'
    filled = f'<div class="post-body"><script type="text/template">{{{{name}}}}{STORY}</script></div>'
    for page in (hidden, filled):
        with pytest.raises(ExtractError):
            extract_article(f"<html><body><h1>Road stays open</h1><div>{page}</div></body></html>", url=URL)


@pytest.mark.parametrize(
    ("body", "byline"),
    [
        ('<span class="author">Posted on</span><span class="author">Ida Marsh</span>', "Ida Marsh"),
        ('<span class="author">View all posts by Ida Marsh</span>', "Ida Marsh"),
        ("<p>By Ida Marsh</p>", "Ida Marsh"),
        ("", "Dunmere Harbour GmbH"),
    ],
)
def test_a_person_who_is_shown_goes_before_a_firm_that_is_declared(body: str, byline: str) -> None:
    declared = '<meta name="author" content="Dunmere Harbour GmbH">'
    page = f"<html><head>{declared}</head><body><article><h1>Road stays open</h1>{body}{STORY}</article></body></html>"
    assert extract_article(page, url=URL).byline == byline
