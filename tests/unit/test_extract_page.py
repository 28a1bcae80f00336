"""What becomes of whole pages: refusals with their codes, flags, glued words, feeds' full text, any bytes at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.domain.article import ArticleFlag, ParagraphKind
from nutgraf.errors import ExtractError
from nutgraf.stages.extract import Metadata, article_from_entry, extract_article

URL = "https://press.example/news/story"
SENTENCE = "The council of Dunmere decided on Wednesday evening that the road will stay open through the winter. "
PARAGRAPHS = "".join(f"<p>{SENTENCE}{number}</p>" for number in ("One.", "Two.", "Three.", "Four."))


def text_of(body: str, url: str = URL) -> str:
    return extract_article(f"<html><body>{body}</body></html>", url=url).text


def refusal(page: bytes | str, url: str = URL) -> str:
    with pytest.raises(ExtractError) as caught:
        extract_article(page, url=url)
    assert caught.value.message.endswith(".")
    return caught.value.code


@pytest.mark.parametrize("page", [b"", b"   ", "<html></html>", "<html><body><h1>Only a heading</h1></body></html>"])
def test_no_article(page: bytes | str) -> None:
    assert refusal(page) in ("no_article", "not_html")


def test_paywalled_stub() -> None:
    page = "<html><body><h1>A vote</h1><p>The council decided.</p><p>Subscribe to continue reading.</p></body></html>"
    assert refusal(page) == "paywalled_stub"


def test_consent_wall() -> None:
    form = (
        "<p>We and our 842 partners store cookies on your device and ask for your consent to tracking.</p>"
        "<p>Some vendors process personal data without consent; our privacy settings show all partners.</p>"
        "<p>You may change your consent at any time on the page about cookies and privacy.</p>"
    )
    assert refusal(f"<html><body><h1>Before you continue</h1>{form}</body></html>") == "consent_wall"


def test_front_page() -> None:
    teasers = "".join(
        f'<div><h3><a href="/{i}">A story of number {i}</a></h3><p>{SENTENCE}</p></div>' for i in range(20)
    )
    assert refusal(f"<html><body>{teasers}</body></html>", url="https://press.example/") in ("listing", "no_article")


def test_short_text_before_a_paywall_is_flagged() -> None:
    body = f"<article><p>{SENTENCE * 3}</p><p>To continue reading, become a subscriber today.</p></article>"
    article = extract_article(f"<html><body>{body}</body></html>", url=URL)
    assert article.flags == {ArticleFlag.PAYWALLED, ArticleFlag.STUB}
    assert "subscriber" not in article.text


def test_a_short_flash_is_no_stub() -> None:
    assert (
        extract_article(f"<html><body><article><p>{SENTENCE * 3}</p></article></body></html>", url=URL).flags
        == frozenset()
    )


@pytest.mark.parametrize(
    ("inline", "read"),
    [
        ("told <a href='/x'>the paper</a> so", "told the paper so"),
        ("<span>end.</span><span>Next</span>", "end. Next"),
        ("<span>Wednesday</span><span>Evening</span>", "Wednesday Evening"),
        ("<span class='drop'>T</span>he end", "The end"),
        ("CO<sub>2</sub> and m<sup>2</sup>", "CO2 and m2"),
        ("un<b>believ</b>able", "unbelievable"),
        ("one<br>two", "one two"),
        ("one<wbr>two", "onetwo"),
        ("a&nbsp;b", "a b"),
    ],
)
def test_words_are_neither_glued_nor_torn(inline: str, read: str) -> None:
    assert read in text_of(f"<article>{PARAGRAPHS}<p>{SENTENCE}{inline}</p></article>")


def test_blocks_never_run_together() -> None:
    body = f"<article><div>{SENTENCE}</div>{PARAGRAPHS}<div>{SENTENCE}</div></article>"
    assert ".The" not in text_of(body)


def test_two_breaks_make_a_paragraph() -> None:
    assert "First part.\n\nSecond part." in text_of(
        f"<article>{PARAGRAPHS}<p>First part.<br><br>Second part.</p>{PARAGRAPHS}</article>"
    )


def test_furniture_named_by_class_goes_and_content_so_named_stays() -> None:
    related = f'<div class="related-posts"><p>{SENTENCE.replace("Dunmere", "Kesh")}</p></div>'
    assert "Kesh" not in text_of(f"<article>{PARAGRAPHS}{related}</article>")
    assert "Dunmere" in text_of(f'<div class="sidebar-right widget">{PARAGRAPHS}</div>')


def test_a_sentence_that_uses_a_plea_s_words_stays() -> None:
    kept = "<p>Advertising revenue of the paper fell by five percent to 3 million marks last year.</p>"
    assert "Advertising revenue" in text_of(f"<article>{PARAGRAPHS}{kept}{PARAGRAPHS}</article>")


@pytest.mark.parametrize(
    "plea",
    [
        "Follow The Dunmere Press on Twitter and Instagram, or send us a message.",
        "Subscribe now to our weekly edition for the full story.",
        "¿Ya sabías que tenemos canal de Telegram?",
        "Tous droits réservés, reproduction interdite sans accord écrit.",
    ],
)
def test_a_plea_goes(plea: str) -> None:
    assert plea not in text_of(f"<article>{PARAGRAPHS}<p>{plea}</p></article>")


@pytest.mark.parametrize(
    "sentence",
    [
        "The minister wrote on his Telegram channel that the talks would go on, and fighters join the group each week.",
        "Users who follow the singer on Instagram saw the photograph before the police did on Monday.",
        "To get the new version of the app the town paid a provision of four percent last year.",
    ],
)
def test_news_about_channels_and_apps_stays(sentence: str) -> None:
    assert sentence in text_of(f"<article>{PARAGRAPHS}<p>{sentence}</p>{PARAGRAPHS}</article>")


LONG = PARAGRAPHS * 2


def test_the_article_ends_where_comments_begin() -> None:
    text = text_of(f"<article>{LONG}<h3>3 Comments</h3><div><p>I was there and it rained all day.</p></div></article>")
    assert "rained" not in text


def test_other_stories_at_the_end_go_and_a_box_in_the_middle_does_not_end_the_text() -> None:
    teaser = "<h3>Related</h3><div>A goat was found on the roof of the mill.</div>"
    assert "goat" not in text_of(f"<article>{LONG}{teaser}</article>")
    box = "<h3>Related</h3><ul><li><a href='/g'>A goat</a></li></ul>"
    assert "Dunmere at last" in text_of(f"<article>{LONG}{box}{LONG}<p>Dunmere at last is quiet.</p></article>")


def test_linked_titles_with_a_line_each_are_teasers() -> None:
    teasers = "".join(
        f"<div><div><a href='/{i}'>A story of number {i} is told</a></div><div>It is told once more.</div></div>"
        for i in range(3)
    )
    assert "told" not in text_of(f"<article>{LONG}{teasers}</article>")


def test_linked_headings_over_much_text_are_the_article_s_own() -> None:
    chapters = "".join(f"<h3><a href='/{i}'>Film of number {i}</a></h3>{LONG}" for i in range(3))
    assert "Film of number 2" in text_of(f"<article>{LONG}{chapters}</article>")


def test_a_standfirst_that_the_template_calls_teaser_stays() -> None:
    lead = "<div class='teaser-text'><p>The road stays open, and the council pays for the snow plough.</p></div>"
    body = f"<div class='news-body'>{LONG}</div>"
    assert "plough" in text_of(f"<div class='news'><h3>The road stays open</h3>{lead}{body}</div>")
    assert "plough" in text_of(f"<article><h1>The road stays open</h1>{lead}{LONG}</article>")


def test_structured_body_serves_where_the_page_is_drawn_by_scripts() -> None:
    body = "\\n".join([SENTENCE.strip()] * 8)
    data = f'{{"@type":"NewsArticle","headline":"A vote","articleBody":"{body}"}}'
    page = f'<html><head><script type="application/ld+json">{data}</script></head><body><div></div></body></html>'
    article = extract_article(page, url=URL)
    assert len(article.paragraphs) == 8
    assert article.text.startswith("The council")


def test_full_text_of_a_feed_s_entry() -> None:
    metadata = Metadata(url=URL, title="A vote is held", publisher="The Press")
    article = article_from_entry(
        f"<h1>A vote is held</h1>{PARAGRAPHS}<ul><li>First point of the list.</li></ul><script>x()</script>", metadata
    )
    assert (article.title, article.publisher, article.canonical_url) == ("A vote is held", "The Press", URL)
    assert [p.kind for p in article.paragraphs] == [ParagraphKind.BODY] * 4 + [ParagraphKind.LIST_ITEM]
    assert "x()" not in article.text


def test_an_entry_s_bare_text_is_text() -> None:
    assert article_from_entry(SENTENCE, Metadata(url=URL)).text == SENTENCE.strip()


@pytest.mark.parametrize("entry", ["", "<p></p>", "<script>x</script>", "<div>" * 10_000])
def test_an_entry_without_text_is_refused(entry: str) -> None:
    with pytest.raises(ExtractError):
        article_from_entry(entry, Metadata(url=URL))


MARKUP = st.sampled_from(
    ["<p>", "</p>", "<div class='article-body'>", "</div>", "<a href='/x'>", "</a>", "<!--", "-->", "<script>",
     "</script>", "<br>", "<table><tr><td>", "</table>", "<h1>", "<li>", "&amp;", "&#x0;", "\x00", "\ud800",
     "<![CDATA[", "]]>", "<meta charset='", "'>",
     "<title>", "<script type='application/ld+json'>", '{"@type":"NewsArticle","headline":', "[", "}", SENTENCE]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.lists(st.one_of(MARKUP, st.text(max_size=20)), max_size=40).map("".join)))
def test_any_input_is_an_article_or_a_refusal(page: bytes | str) -> None:
    try:
        article = extract_article(page, url=URL, content_type="text/html")
    except ExtractError:
        return
    assert all(article.text[p.start : p.end].strip() for p in article.paragraphs)
    assert article.text.encode("utf-8")


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_address_and_content_type(url: str, content_type: str) -> None:
    article = extract_article(
        f"<html><body><article>{PARAGRAPHS}</article></body></html>".encode(), url=url, content_type=content_type
    )
    assert article.text.startswith("The council")
