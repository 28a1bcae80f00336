"""What pages weigh, and that a page the browser has is not sent again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sample_site.articles import FERRIES
from sample_site.site import SampleSite, make_sample_site
from sample_site.visitor import Visitor

MAX_FRONT_BYTES = 60_000


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


def test_the_front_page_with_all_it_needs_is_light(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    page = visitor.get("/", headers={"accept-encoding": "gzip"})
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    answers = [page, *(visitor.get(file, headers={"accept-encoding": "gzip"}) for file in files)]
    assert [answer.headers["content-encoding"] for answer in answers if len(answer.content) > 1_000] == ["gzip"] * 3
    assert sum(int(answer.headers["content-length"]) for answer in answers) < MAX_FRONT_BYTES


def test_a_page_that_did_not_change_is_not_sent_again(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    for path in ("/latest", "/topics", site.path_of(FERRIES)):
        visitor.get(path)
        tag = visitor.get(path).headers["etag"]
        again = visitor.get(path, headers={"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == "private, no-cache"
    tag = visitor.get("/latest").headers["etag"]
    site.clock.moment += timedelta(minutes=2)  # ages are part of the page
    assert visitor.get("/latest", headers={"if-none-match": tag}).status_code == 200


def test_a_token_is_masked_anew_in_every_answer_and_each_is_good(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    tokens = {re.findall(r"form=([0-9a-f]+)", visitor.get("/latest").text)[0] for _ in range(3)}
    assert len(tokens) == 3
    headers = {"sec-fetch-site": "same-origin"}
    for token in tokens:
        assert visitor.send("POST", f"/feeds/poll?form={token}", headers=headers).status_code == 303
    for token in ("", "0" * 64, next(iter(tokens))[:-1], next(iter(tokens))[32:] * 2, "ä" * 64):
        assert visitor.send("POST", f"/feeds/poll?form={token}", headers=headers).status_code == 403
