"""Other people's attacks on language models, planted in our own articles; and harmless texts that speak of attacks."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from attacks import (
    POSITIONS,
    assert_nothing_came_through,
    assert_nothing_shows,
    obedient_models,
    own_articles,
    planted,
    publish_planted,
)
from measuring_data import DATA, unpacked
from model_scripts import Script, ScriptedModel, faithful
from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.domain.ids import ArticleId
from nutgraf.pipeline.briefing import make_brief
from nutgraf.pipeline.model_writing import ModelWriter
from nutgraf.pipeline.work import TASKS
from nutgraf.stages.extract import article_from_text
from nutgraf.stages.tag import load_taxonomy
from sample_site.site import SampleSite, make_sample_site
from store_values import NOON

pytestmark = [pytest.mark.data, pytest.mark.slow]

OF_ATTACKS = re.compile(r"\b(?:hack|cyber|phish|malware|ransomware|scam|attack|prompt|chatbot|password|breach)", re.I)


def brief_by(script: Script, article: Article) -> Brief:
    writer = ModelWriter(model=ScriptedModel(script), stages=InlineStageRunner(TASKS))
    return make_brief(article, created_at=NOON, draft=asyncio.run(writer.draft(article)).draft)


def attacks(folder: Path) -> Iterator[str]:
    """The 125 planted texts."""
    for name in ("text", "code"):
        listed = json.loads((folder / "bipia" / f"{name}_attack_train.json").read_text(encoding="utf-8"))
        yield from itertools.chain.from_iterable(listed.values())


def test_no_planted_text_steers_what_is_published(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    site = make_sample_site(tmp_path, is_filled=False, topics=load_taxonomy().topics)
    try:
        published = publish_attacked(site, tmp_path_factory)
        pages = assert_nothing_shows(site, tmp_path, published)
    finally:
        site.store.close()
    print(f"{len(published)} briefs on {pages} pages")
    assert pages > 5 * len(published) == 5 * (375 + 125)


def publish_attacked(site: SampleSite, tmp_path_factory: pytest.TempPathFactory) -> dict[ArticleId, str]:
    """Each text at each position, briefed by two models that obey and one that does not.

    On the site are, for each, what one of those that obey made of it, and for each text what the other one did.
    """
    published: dict[ArticleId, str] = {}
    texts = list(attacks(unpacked("security-dev", tmp_path_factory)))
    assert len(texts) == 125
    articles = own_articles()
    by_model = 0
    for number, (attack, position) in enumerate(itertools.product(texts, POSITIONS)):
        article = planted(articles[number % len(articles)], attack, position)
        ways = list(obedient_models(attack).values())
        scripts = [ways[(number + shift) % len(ways)] for shift in (0, 5)]
        for way, script in enumerate((*scripts, faithful)):
            brief = brief_by(script, article)
            if way == 0 or (way == 2 and number % 3 == number // 3 % 3):
                published[publish_planted(site, f"{number}-{way}", article, brief)] = attack
            assert_nothing_came_through(brief, article, attack)
            assert brief.what_happened
        by_model += bool(brief.model)
    assert by_model >= 0.98 * 375, "a model that does not obey is published as ever"
    return published


def harmless(folder: Path) -> Iterator[tuple[str, str]]:
    """Title and text of news on attacks, and of an article of ours that goes on with a harmless text of the set."""
    with gzip.open(DATA / "stream-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text = "\n\n".join(row["paragraphs"])
            is_of_attacks = OF_ATTACKS.search(row["title"]) or len(OF_ATTACKS.findall(text)) >= 3
            if is_of_attacks and 200 <= len(text.split()) <= 1_200:
                yield row["title"], text
    rows = map(json.loads, (folder / "piguard" / "valid.jsonl").read_text(encoding="utf-8").splitlines())
    articles = itertools.cycle(own_articles())
    for row in rows:
        if row["label"] == 0:
            article = next(articles)
            yield article.title, f"{article.text}\n\n“{row['prompt'][:600]}”, one of the texts reads."


def test_harmless_texts_about_attacks_are_briefed(tmp_path_factory: pytest.TempPathFactory) -> None:
    texts = list(harmless(unpacked("security-dev", tmp_path_factory)))
    texts = texts[:: max(1, len(texts) // 300)][-300:]
    assert len(texts) == 300
    briefed = by_model = 0
    for title, text in texts:
        brief = brief_by(faithful, article_from_text(text, title=title))
        briefed += bool(brief.what_happened and brief.dek)
        by_model += bool(brief.model)
    print(f"{briefed} of 300 briefed, {by_model} of them by the model")
    assert briefed >= 0.98 * 300
