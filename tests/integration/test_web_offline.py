"""Nutgraf as an app: manifest, icons, worker, the list of what to keep; and a brief as Markdown."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from sample_site.articles import FERRIES, LIBRARY
from sample_site.site import SampleSite, make_sample_site
from sample_site.visitor import Visitor


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    site = make_sample_site(tmp_path)
    yield site
    site.store.close()


def test_the_manifest_names_icons_of_the_size_it_says(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    answer = visitor.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    for icon in answer.json()["icons"]:
        drawn = visitor.get(icon["src"])
        assert drawn.headers["content-type"].partition(";")[0] == icon["type"]
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", drawn.content[16:24])
            assert f"{width}x{height}" == icon["sizes"]


def test_the_worker_stands_at_the_root_and_is_always_asked_for(site: SampleSite) -> None:
    answer = Visitor(site.app).get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"


def test_the_list_to_keep_leaves_out_what_is_muted_and_its_files_are_there(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    visitor.post("/mutes", data={"kind": "topic", "value": "books"})
    listed = visitor.get("/offline.json").json()
    headlines = {brief["headline"] for brief in listed["briefs"]}
    assert FERRIES.title in headlines
    assert LIBRARY.title not in headlines
    for path in [*listed["files"], listed["briefs"][0]["path"]]:
        assert visitor.get(path).status_code == 200


def test_a_brief_is_had_as_markdown_with_its_source(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    answer = visitor.get(f"{site.path_of(FERRIES)}.md")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith(f"# {FERRIES.title}\n")
    assert f"(<{FERRIES.url}>)" in answer.text
    again = visitor.get(f"{site.path_of(FERRIES)}.md", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert visitor.get("/brief/999999.md").status_code == 404


def test_signing_out_has_the_browser_drop_what_it_keeps(site: SampleSite) -> None:
    visitor = Visitor(site.app)
    for path in ("/logout", "/account/sessions/end"):
        assert visitor.post(path).headers["clear-site-data"] == '"cache", "storage"'
