"""What holds for all sanitised HTML, checked with a parser of another make than the sanitiser's."""

from __future__ import annotations

from html.parser import HTMLParser

_ALLOWED_TAGS = """a abbr b blockquote br caption cite code dd del dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6
hr i ins kbd li mark ol p pre q s samp small strong sub sup table tbody td tfoot th thead time tr u ul var"""
ALLOWED = frozenset(_ALLOWED_TAGS.split())


class _Checker(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert tag == "a", (tag, name)
            assert name in ("href", "rel"), name
            assert value is not None
            assert name != "href" or value.startswith(("http://", "https://")), value
            assert name != "rel" or value == "noopener noreferrer nofollow", value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"instruction {data!r}")


def assert_harmless(markup: str) -> None:
    """Only allowed tags, only http(s) links, nothing that a browser would act upon."""
    checker = _Checker()
    checker.feed(markup)
    checker.close()
