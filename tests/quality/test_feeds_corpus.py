"""Feed parsing against corpora of other projects: fidelity, and no error but ParseError."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from feedparser_corpus import ORIGIN, read_assertions, unmet

from measuring_data import files, unpacked
from nutgraf.errors import ParseError
from nutgraf.stages.parse import ParsePath, parse_feed, parse_feed_with_path
from nutgraf.text.sanitise import html_to_text, sanitise_html
from sanitised_html import assert_harmless

AGREEMENT_FLOOR = 0.98  # the goal of issue 3; docs/decisions/0004-feed-parsing.md names what disagrees

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("feeds-dev", tmp_path_factory)


def test_agreement_with_feedparsers_assertions(corpus: Path) -> None:
    folder = corpus / "feedparser"
    assertions = read_assertions(folder)
    assert len(assertions) > 1_200
    problems = {}
    for assertion in assertions:
        try:
            data = (folder / assertion.file).read_bytes()
            feed = parse_feed(data, url=assertion.url, content_type=assertion.content_type)
        except ParseError as error:
            problems[assertion.file] = [error.code]
            continue
        if found := unmet(assertion, feed):
            problems[assertion.file] = found
    agreement = 1 - len(problems) / len(assertions)
    assert agreement >= AGREEMENT_FLOOR, json.dumps(problems, indent=1, ensure_ascii=False)


def test_every_file_gives_a_feed_or_a_code_and_harmless_html(corpus: Path) -> None:
    paths: Counter[ParsePath] = Counter()
    for file in files(corpus):
        try:
            feed, path = parse_feed_with_path(file.read_bytes(), url=ORIGIN)
        except ParseError:
            continue
        paths[path] += 1
        for entry in feed.entries:
            for markup in (entry.summary_html, entry.content_html):
                assert_harmless(sanitise_html(markup, entry.url or ORIGIN))
    assert paths.total() > 2_800
    assert paths[ParsePath.FEEDPARSER] < 0.01 * paths.total()


def test_real_feeds_agree_with_their_expected_entries(corpus: Path) -> None:
    compared = 0
    for file in sorted((corpus / "kagi-pairs").glob("*.xml")):
        expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))["entries"]
        entries = {entry.url: entry for entry in parse_feed(file.read_bytes(), url=ORIGIN).entries}
        for row in expected:
            entry = entries[row["link"]]
            moment = entry.published_at or entry.updated_at
            assert (entry.id, entry.title) == (row["id"], html_to_text(row["title"])), file.name
            assert (moment and moment.isoformat()) == row["published"], file.name
            compared += 1
    assert compared > 150
