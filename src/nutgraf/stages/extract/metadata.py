"""What a page says of its article beside the text: JSON-LD first, then OpenGraph and other meta elements, microdata,
the visible page, and for the date at last htmldate's search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from nutgraf.domain.article import ArticleFlag
from nutgraf.stages.extract.addresses import absolute_url, canonical_url, site_of
from nutgraf.stages.extract.assemble import Metadata, clean_line
from nutgraf.stages.extract.dates import find_published, find_updated
from nutgraf.stages.extract.jsonld import Node, find_article, names_of, read_nodes, text_of, types_of
from nutgraf.stages.extract.locate import Surroundings
from nutgraf.stages.extract.publishers import PublisherRules
from nutgraf.stages.extract.titles import find_title
from nutgraf.stages.extract.tree import Element, inner_text

MAX_FIELD_CHARS = 1_000
_MAX_METAS = 500
_OPINION = re.compile(
    r"^(?:opinions?|op-?ed|comment|commentary|commentisfree|columnists?|columns?|editorials?|viewpoints?|views|voices|meinung|"
    r"kommentare?|kolumnen?|leitartikel|tribunes?|débats|opinión|opinion(?:es)?|columnas|opinione|opinioni|editoriale|opinie|opinião)$",
    re.I,
)
_BY = re.compile(
    r"^\s*(?:(?:posted|written|published|veröffentlicht|geschrieben|verfasst|erstellt|publié|escrito|scritto)"
    r"\s+(?:by|von|par|por|da)\s*:?\s*"
    r"|(?:(?:view|see|show)\s+all\s+(?:posts|articles|stories)\s+by|(?:zeige\s+)?alle\s+(?:beiträge|artikel)\s+(?:von|anzeigen\s+von)"
    r"|eingestellt\s+von|pressemitteilung\s+von)\s+|author(?=(?-i:[A-Z]))"
    r"|(?:by|von|par|por|di|door|av|af|przez|text|autor(?:in)?|author)(?:\s+|\s*:\s*))",
    re.I,
)
_BYLINE_TAIL = re.compile(
    r"\s*(?:\||•|·|—|,?\s+(?:am|on|at|le|el|um|sagt|says)\s+.{0,20}\d|,?\s*\b(?:Mo|Di|Mi|Do|Fr|Sa|So|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b[.,]"
    r"|,?\s*\d{1,2}[./: ]|\d{4}-\d\d-\d\d).*$"
)
# A line that is no more than "By Ida Marsh and Per Aune", of two to four capitalised words each.
_NAME = r"[^\W\d_a-zß-ÿ][\w.'’-]*(?:\s[^\W\d_a-zß-ÿ][\w.'’-]*){1,3}"
_BYLINE = re.compile(
    rf"(?:By|BY|Von|Par|Por|Di|Door|Av|Af|Text|Autor|Autorin|Author)\s?:?\s"
    rf"({_NAME}(?:(?:,\s|\s(?:and|und|et|y|e|&)\s){_NAME}){{0,3}})(?:\W.*)?"
)
_NO_AUTHOR = re.compile(
    r"^(?:(?:by|von|par|por|di|door|und|and|posted|publi\w+|veröffentlicht|follow|view|name)$|zuletzt\b|/"
    r"|(?:posted|published|publiziert|veröffentlicht|publié|publicado)\s+(?:on|am|in|le|el)\b"
    r"|link\d|[\w-]+\s+\d{1,2}\b|no author|\w*admin|administrator|name\s*\W.*|author|autor|gast|guest|editor"
    r"|webmaster|foto|photo|bild)\b",
    re.I,
)
_BYLINE_NAMES = re.compile(
    r"\b(?:byline|author(?:[-_]?name)?|autor(?:en)?|entry-author|article__author|contributor)\b", re.I
)
_AUTHOR_METAS = ("author", "article:author", "dc.creator", "dcterms.creator", "sailthru.author", "parsely-author",
                 "citation_author", "byl")  # fmt: skip
_LEGAL_FORM = re.compile(
    r"\b(?:e\.\s?V|GmbH|AG|Inc|Ltd|LLC|S\.A|S\.p\.A|gGmbH|SE|KG)\b\.?|\.(?:com|de|org|net|at|ch|fr|it)\b"
)
_MIN_LABEL_CHARS = 5
_MAX_BYLINE_WORDS = 12
_BYLINE_LINES = 12


class PageFacts:
    """The places of a page that hold meta data, each read once."""

    def __init__(self, root: Element, url: str, rules: PublisherRules | None = None) -> None:
        self.root = root
        self.url = url
        self.rules = rules or PublisherRules()
        self.nodes = read_nodes(root)
        self.article: Node = find_article(self.nodes, url) or {}

    @cached_property
    def metas(self) -> dict[str, str]:
        """Meta elements by lower-case name, property or itemprop: the first with content."""
        found: dict[str, str] = {}
        for number, meta in enumerate(self.root.iter("meta")):
            if number >= _MAX_METAS:
                break
            content = (meta.get("content") or "").strip()
            if content:
                for key in (meta.get("property"), meta.get("name"), meta.get("itemprop")):
                    if key:
                        found.setdefault(key.strip().lower(), content[:MAX_FIELD_CHARS])
        return found

    def meta(self, *names: str) -> str:
        """The content of the first of the meta elements `names` that the page has, on one line, or ""."""
        for name in names:
            content = clean_line(self.metas.get(name, ""))
            if content:
                return content
        return ""

    def property_text(self, name: str) -> str:
        """The article's JSON-LD property `name` as text on one line, or ""."""
        return clean_line(text_of(self.article.get(name))[:MAX_FIELD_CHARS])


def read_metadata(facts: PageFacts, surroundings: Surroundings) -> Metadata:
    """What is known of the page's article; empty where unknown, times with the zone that the page gives.

    `surroundings` is what stands near the text.
    """
    url = facts.url
    publisher = _publisher(facts)
    section = _section(facts)
    title = find_title(facts.root, facts.property_text("headline"), facts.metas, publisher, surroundings.heading, url)
    return Metadata(
        url=url,
        canonical_url=canonical_url(_declared_address(facts), url),
        title=title,
        publisher=publisher,
        byline=_byline(facts, publisher, surroundings.lines),
        published_at=find_published(facts.root, facts.article, facts.metas, url, _with_ruled_date(facts, surroundings)),
        updated_at=find_updated(facts.article, facts.metas),
        language=_language(facts),
        lead_image_url=_lead_image(facts),
        standfirst=_standfirst(facts),
        section=section,
        flags=_flags(facts, section, title),
    )


def _with_ruled_date(facts: PageFacts, surroundings: Surroundings) -> Surroundings:
    """`surroundings` with the element first in which this publisher shows the day."""
    shown = facts.rules.date.first(facts.root) if facts.rules.date else None
    if shown is None:
        return surroundings
    return replace(surroundings, lines=(clean_line(inner_text(shown)[:MAX_FIELD_CHARS]), *surroundings.lines))


def _declared_address(facts: PageFacts) -> str:
    for link in facts.root.iter("link"):
        if (link.get("rel") or "").lower().strip() == "canonical" and link.get("href"):
            return str(link.get("href"))
    return facts.meta("og:url")


def _publisher(facts: PageFacts) -> str:
    names = names_of(facts.article.get("publisher"), facts.nodes) or names_of(
        facts.article.get("sourceOrganization"), facts.nodes
    )
    site = facts.meta("og:site_name")
    if names and not re.search(r"\.(?:com|de|org|net)$", names[0]):
        return clean_line(names[0])
    if site:
        return site
    if names:
        return clean_line(names[0])
    for node in facts.nodes:
        if types_of(node) & {"NewsMediaOrganization", "WebSite", "Organization"} and text_of(node.get("name")):
            return clean_line(text_of(node.get("name")))
    named = facts.meta(
        "application-name", "al:android:app_name", "dc.publisher", "publisher", "twitter:app:name:iphone"
    )
    if named and len(named) <= 60:
        return named
    host = re.sub(r"^[a-z]+://|[/:?#].*$", "", facts.url)
    return re.sub(r"^(?:www\d?|m|amp|mobile)\.", "", host)


def _byline(facts: PageFacts, publisher: str, lines: Sequence[str]) -> str:
    names = names_of(facts.article.get("author") or facts.article.get("creator"), facts.nodes)
    candidates = [", ".join(names)] if names else []
    candidates.append(facts.meta(*_AUTHOR_METAS))
    site = ""
    for candidate in candidates:
        byline = _clean_byline(candidate)
        if not byline or byline.casefold() == publisher.casefold():
            continue
        if not _is_site(byline, facts.url):
            return byline
        site = site or byline
    ruled = facts.rules.byline.first(facts.root) if facts.rules.byline else None
    visible = [inner_text(ruled)[:MAX_FIELD_CHARS]] if ruled is not None else []
    visible += [match[1] for match in map(_BYLINE.fullmatch, lines[:_BYLINE_LINES]) if match]
    shown = (_clean_byline(text) for text in (*visible, *_visible_bylines(facts.root)))
    return next((byline for byline in shown if byline and byline.casefold() != publisher.casefold()), site)


def _is_site(byline: str, url: str) -> bool:
    """Whether a declared author is the site or its publisher: then a person who is shown has written the article."""
    label = site_of(url).split(".", 1)[0].replace("-", "")
    return _LEGAL_FORM.search(byline) is not None or (
        len(label) >= _MIN_LABEL_CHARS and label in re.sub(r"[\W_]", "", byline).casefold()
    )


def _visible_bylines(root: Element) -> list[str]:
    """Texts of the elements that say they name the author."""
    found = []
    for element in root.iter("a", "span", "div", "p", "address", "cite", "li"):
        attributes = element.attrib
        if not attributes:
            continue
        if "comment" in attributes.get("class", ""):
            continue
        if "author" in (attributes.get("rel", "") + " " + attributes.get("itemprop", "")).split() or _names_author(
            attributes.get("class", "")
        ):
            text = inner_text(element) if len(element) < 20 else ""
            if 0 < len(text) < 300:
                found.append(text)
                if len(found) >= 5:
                    break
    return found


@lru_cache(maxsize=10_000)  # pages repeat their classes, and sites theirs
def _names_author(classes: str) -> bool:
    return _BYLINE_NAMES.search(classes) is not None


def _clean_byline(text: str) -> str:
    text = _BYLINE_TAIL.sub("", _BY.sub("", clean_line(text))).strip(" ,;:|-–")
    if (
        not text
        or len(text.split()) > _MAX_BYLINE_WORDS
        or "://" in text
        or "@" in text
        or text[-1] in "!?"
        or not re.search(r"[^\W\d]", text)
        or _NO_AUTHOR.match(text)
    ):
        return ""
    return text


def _language(facts: PageFacts) -> str:
    html = facts.root if facts.root.tag == "html" else None
    declared = (html.get("lang") or html.get("xml:lang") or "") if html is not None else ""
    return declared or facts.property_text("inLanguage") or facts.meta("og:locale", "content-language", "dc.language")


def _lead_image(facts: PageFacts) -> str:
    image = facts.article.get("image")
    first = image[0] if isinstance(image, list) and image else image
    if isinstance(first, dict):
        first = first.get("url") or first.get("contentUrl")
    for address in (
        facts.meta("og:image:secure_url", "og:image", "og:image:url"),
        first,
        facts.meta("twitter:image", "twitter:image:src"),
    ):
        if isinstance(address, str):
            absolute = absolute_url(address, facts.url)
            if absolute:
                return absolute
    return ""


def _standfirst(facts: PageFacts) -> str:
    text = facts.meta("og:description", "description", "twitter:description", "dc.description")
    return facts.property_text("description") or text


def _section(facts: PageFacts) -> str:
    section = facts.property_text("articleSection") or facts.meta(
        "article:section", "section", "parsely-section", "og:section"
    )
    return section if len(section) <= 80 else ""


def _flags(facts: PageFacts, section: str, title: str) -> frozenset[ArticleFlag]:
    flags = set()
    kinds = types_of(facts.article)
    if _says_no(facts.article.get("isAccessibleForFree")) or facts.meta("article:content_tier") in (
        "locked",
        "metered",
    ):
        flags.add(ArticleFlag.PAYWALLED)
    if "LiveBlogPosting" in kinds:
        flags.add(ArticleFlag.LIVE_BLOG)
    first_folder = re.sub(r"^[a-z]+://[^/]+/", "", facts.url).split("/", 1)[0]
    label = re.split(r"\s*[:|]\s", title, maxsplit=1)[0]  # "Opinion: …"
    if "OpinionNewsArticle" in kinds or any(_OPINION.match(name) for name in (section, first_folder, label)):
        flags.add(ArticleFlag.OPINION)
    return frozenset(flags)


def _says_no(value: object) -> bool:
    return value is False or (
        isinstance(value, str) and value.strip().lower() in ("false", "no", "http://schema.org/false")
    )
