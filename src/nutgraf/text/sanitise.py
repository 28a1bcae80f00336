"""Publishers' HTML made harmless: to a short allow-list of HTML for pages, or to plain text.

Nothing here builds a tree from what a publisher sent. A linear scan with the tag syntax of the HTML Living Standard
(section 13.2.5) writes a balanced, shallow document of allowed tags; only that document is parsed, by nh3, whose own
allow-list is what makes the result safe. Tree builders take quadratic time on deep nesting and on many attributes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

import nh3

from nutgraf.text.addresses import absolute_url

MAX_HTML_CHARS = 300_000
"""What comes after is cut: some 40,000 words. nh3 0.3.8 takes a second for as many ampersands, four for twice that."""

MAX_OPEN_TAGS = 64
"""Depth of the document that nh3 parses; deeper tags are left out, their text stays."""


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_VOID_TAGS = frozenset({"br", "hr"})
_ALLOWED_TAGS = _names(
    "a abbr b blockquote br caption cite code dd del dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd "
    "li mark ol p pre q s samp small strong sub sup table tbody td tfoot th thead time tr u ul var"
)
_LINK_REL = "noopener noreferrer nofollow"
_LINK_SCHEMES = frozenset({"http", "https"})

_DROPPED_WITH_CONTENT = _names("script style textarea title xmp iframe noembed noframes svg math")
_DROPPED_TO_THE_END = frozenset({"script", "style"})  # unclosed, a browser too takes the rest as code

_HTML_TAGS = _ALLOWED_TAGS | _names(
    "acronym address applet area article aside audio base basefont bdi bdo big blink body button canvas center col "
    "colgroup data datalist details dialog dir embed fieldset font footer form frame frameset head header hgroup html "
    "img input label legend link main map marquee menu meta meter nav nobr noscript object optgroup option output "
    "param picture progress rb rp rt rtc ruby section select slot source span strike summary template track tt "
    "video wbr"
)
_INLINE_TAGS = _names(
    "a abbr acronym b bdi bdo big blink cite code data del dfn em font i ins kbd label mark nobr q rb ruby s samp "
    "small span strike strong sub sup time tt u var wbr"
)

_ATTRIBUTES = r"""(?:[\s/]++|=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])[^\s>]++|(?=>)))?+|=)*+"""
_TAG = re.compile(rf"<(/?)([a-zA-Z][^\s/>]*+)({_ATTRIBUTES})>")
_COMMENT = re.compile(r"<!--(?:>|->|.*?(?:--!?>|\Z))|<[!?/][^>]*+(?:>|\Z)", re.DOTALL)
_HREF = re.compile(r"""(?:^|[\s/"'])href\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++))""", re.IGNORECASE)
_END_TAGS = {
    name: re.compile(rf"</{name}(?=[\s/>])[^>]*+(?:>|\Z)", re.IGNORECASE) for name in sorted(_DROPPED_WITH_CONTENT)
}
_LONG_REFERENCE = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{8,}+);?")
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a pair, which UTF-8 cannot hold
_C1_REFERENCE = re.compile(r"[\x80-\x9f]")


class _Token(NamedTuple):
    """A run of text (`name` empty) or a tag; `source` is its own characters."""

    source: str
    name: str = ""
    is_end: bool = False
    attributes: str = ""


def sanitise_html(html_source: str, base_url: str) -> str:
    """`html_source` as harmless HTML: allowed tags only, links absolute http(s) only, no images, styles or scripts.

    Relative links are resolved against `base_url`. Never raises; what goes beyond the limits is left out.
    """
    written: list[str] = []
    open_tags: list[str] = []
    for token in _tokens(html_source[:MAX_HTML_CHARS]):
        if not token.name:
            written.append(token.source.replace("<", "&lt;").replace(">", "&gt;"))
        elif token.name not in _ALLOWED_TAGS:
            continue
        elif token.name in _VOID_TAGS and not token.is_end:
            written.append(f"<{token.name}>")
        elif token.is_end:
            written.extend(_close_tags(open_tags, token.name))
        elif len(open_tags) < MAX_OPEN_TAGS:
            open_tags.append(token.name)
            written.append(_start_tag(token, base_url))
    written.extend(f"</{name}>" for name in reversed(open_tags))
    return nh3.clean(
        _SURROGATE.sub("\ufffd", "".join(written)),
        tags=set(_ALLOWED_TAGS),
        attributes={"a": {"href"}},
        url_schemes=set(_LINK_SCHEMES),
        link_rel=_LINK_REL,
    )


def html_to_text(html_source: str) -> str:
    """The words of `html_source` on one line, white space folded, character references resolved.

    A tag that HTML does not know (`List<T>`) is text. Never raises.
    """
    words: list[str] = []
    for token in _tokens(html_source[:MAX_HTML_CHARS]):
        if not token.name or (token.name not in _HTML_TAGS and token.name not in _DROPPED_WITH_CONTENT):
            words.append(unescape(token.source))
        elif token.name not in _INLINE_TAGS:
            words.append(" ")
    return " ".join("".join(words).split())


def unescape(text: str) -> str:
    """`text` with HTML character references resolved, like `html.unescape`, but for input of any kind.

    A number of many digits becomes U+FFFD (`html.unescape` raises), a C1 control its windows-1252 character.
    """
    if "&" in text:
        text = html.unescape(_LONG_REFERENCE.sub("\ufffd", text))
    return _C1_REFERENCE.sub(_from_windows_1252, text)


def _from_windows_1252(match: re.Match[str]) -> str:
    return match.group().encode("latin-1").decode("windows-1252", "replace")


def _tokens(source: str) -> Iterator[_Token]:
    """Text runs and tags of `source` in order; comments, declarations and dropped elements left out."""
    position = 0
    unclosed: set[str] = set()  # dropped elements that have no end tag in what is left
    while (start := source.find("<", position)) >= 0:
        if start > position:
            yield _Token(source[position:start])
        following = source[start + 1 : start + 2]
        if following in ("!", "?") or (following == "/" and not source[start + 2 : start + 3].isalpha()):
            match = _COMMENT.match(source, start)
            position = match.end() if match else len(source)
            continue
        match = _TAG.match(source, start)
        if match is None:
            # A tag that never ends: all of it is text (to try again at each "<" would be quadratic).
            is_tag_like = following.isascii() and (following.isalpha() or following == "/")
            position = len(source) if is_tag_like else start + 1
            yield _Token(source[start:position])
            continue
        token = _Token(match.group(), match.group(2).lower(), bool(match.group(1)), match.group(3))
        position = match.end()
        if token.name in _DROPPED_WITH_CONTENT:
            position = _end_of_dropped(source, token, position, unclosed)
        yield token
    if position < len(source):
        yield _Token(source[position:])


def _end_of_dropped(source: str, token: _Token, position: int, unclosed: set[str]) -> int:
    if token.is_end:
        return position
    if token.name not in unclosed:
        end = _END_TAGS[token.name].search(source, position)
        if end is not None:
            return end.end()
        unclosed.add(token.name)
    return len(source) if token.name in _DROPPED_TO_THE_END else position


def _close_tags(open_tags: list[str], name: str) -> list[str]:
    """The end tags that close the innermost `name`, which is taken off `open_tags` with all inside it."""
    if name not in open_tags:
        return []
    closed = []
    while True:
        innermost = open_tags.pop()
        closed.append(f"</{innermost}>")
        if innermost == name:
            return closed


def _start_tag(token: _Token, base_url: str) -> str:
    if token.name != "a":
        return f"<{token.name}>"
    match = _HREF.search(token.attributes)
    if match is None:
        return "<a>"
    address = absolute_url(unescape(next(value for value in match.groups() if value is not None)), base_url)
    return f'<a href="{html.escape(address)}">' if address else "<a>"
