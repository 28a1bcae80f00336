"""Which elements are a site's furniture and no part of an article, by role, class and id."""

from __future__ import annotations

import enum
import re
from functools import lru_cache

from nutgraf.stages.extract.tree import Element


class Furniture(enum.Enum):
    """What an element's attributes say. The value is the share of a page's prose that proves them wrong."""

    NONE = 0.0
    CAPTION = 0.01
    LIKELY = 0.4
    SURE = 0.8
    HIDDEN = 0.95


_SURE_TAGS = frozenset({"footer", "aside", "form"})
_SURE_ROLES = frozenset(
    [
        "navigation",
        "search",
        "banner",
        "contentinfo",
        "complementary",
        "dialog",
        "alertdialog",
        "menu",
        "menubar",
        "toolbar",
        "tablist",
    ]
)
# Words of a class or id (split at hyphens, underscores and camel case).
_SURE = frozenset(
    str.split(
        """
    nav navi navbar navigation menu submenu breadcrumb breadcrumbs crumb crumbs brotkrumen footer sidebar
    marginal related relatedposts jprelatedposts recommended recommendation recommendations similar readmore
    weiterlesen share sharing shares shariff sharedaddy sharebar addthis addtoany sociable socialmedia
    newsletter subscribe subscription abonnement advert advertisement advertising ads adsense adslot anzeige
    werbung sponsored outbrain taboola plista cookie cookies consent gdpr dsgvo comment comments kommentare
    kommentar disqus respond commentlist commentform livefyre tagcloud taglist pagination pager paging pagenavi
    login signup register modal popup lightbox widget widgets trending mostread popular skiplink skip hatnote
    navbox editsection mweditsection noprint recirculation entryfooter postfooter articlefooter appstore
    appstores pushlayer paidbox disclosure notice callout authorbox authorbio postmeta entrymeta authorinfo
    impressum toolbar comentarios commentaires commenti reacties replies relacionadas relacionados relacionada
    correlati verwandt publicidad publicite pubblicita reklama promobox nextstory rsssummary
    """
    )
)
_LIKELY = frozenset(
    str.split(
        """
    ad promo promotion banner sponsor social teaser teasers latest aktuell toc rating vote poll quiz print
    printonly tags tagged keywords topics schlagworte byline bio author autor tools actions rail metadata meta
    dateline timestamp credit credits copyright carousel slideshow player feedback donate spenden noscript
    disclaimer infobox reflist references copy abo paywall reading recirc factbox faktenbox snippet appendix
    categories themes help prolog
    """
    )
)
_CAPTIONS = frozenset(
    ["caption", "captions", "figcaption", "bildunterschrift", "imagecaption", "wpcaption", "legend", "bu"]
)
_HIDDEN_CLASSES = frozenset(
    ["hidden", "hide", "sronly", "visuallyhidden", "screenreadertext", "screenreader", "invisible"]
)
_SPOKEN_ONLY = re.compile(
    r"\bsr-only|visually-?hidden|screen-?reader|\btext-hide\b|element-(?:invisible|hidden)|\bassistive-text|\boffscreen\b",
    re.I,
)
_SURE_PHRASES = re.compile(
    r"sr-only|visually-?hidden|screen-reader|related-?(?:post|article|link|content|stor|news)|read-?(?:next|also)"
    r"|most-?(?:read|popular|viewed)|social-?(?:media|share|link|icon|bar)|share-?(?:button|bar|link|tool)"
    r"|author-?(?:box|bio|info|card|meta)|post-?(?:meta|nav|tags)|entry-?(?:meta|utility)|article-?(?:meta|tags|tools)"
    r"|newsletter|cookie|tag-?(?:list|cloud)|mw-editsection|wp-block-buttons|also-?like|see-?also|top-?stories"
    r"|jp-relatedposts|nocontent|no-?print|sabox|licen[cs]e-?info|s[ií]guenos|siguenos|(?:next|prev|previous)-?(?:post|story|article)"
    r"|news-letter|abo-?werbung|affiliate|anchor-?navi|table-of-contents|comment-?(?:list|respond|form|section|area)|about-?(?:the-)?author"
    r"|more-?(?:from|on|stories|news)|up-?next|trending-|you-?may|recirc|sign-?up|paywall-?(?:box|promo|banner|teaser)"
    r"|podcast-?(?:promo|player)|app-?promo|ad-?(?:slot|wrapper|container|unit|banner)"
)
# Classes that WordPress derives from a post's tags and categories, and words that only describe the layout.
_NOISE = re.compile(r"\b(?:tag|category|type|status|format|post-\d+|has|no|with|without|is|js)-[\w-]+", re.I)
# A name with one of these describes a layout, and then the others say where something is, not what it is.
_LAYOUT = frozenset(
    str.split(
        """
    layout fixed enable label left right xs sm md lg xl grid row column cols wrap wrapper container sticky page
    js
    """
    )
)
_LAYOUT_NAMES = frozenset(
    str.split(
        """
    sidebar widget widgets share hidden menu readmore subscribe social navbar nav ad ads promo teaser player
    meta tab navigation toolbar popup modal topics tags
    """
    )
)
CONTENT_NAMES = re.compile(
    r"(?:article|story|entry|post|main|page|news|blog|text|artikel|beitrag)[-_]*(?:body|content|text|inhalt)\b|content-?body"
    r"|hentry|richtext|rich-text|bodytext|articlebody",
    re.I,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS = re.compile(r"[a-z]+")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})  # their ids are made of their words
_ID_OF_WORDS = 4
_UNTOUCHED = frozenset({"body", "html", "main"})


def judge_element(element: Element) -> Furniture:
    """What `element`'s tag and attributes say of it; its content is not looked at."""
    attributes = element.attrib
    tag = element.tag
    if not attributes:
        return Furniture.SURE if tag in _SURE_TAGS else Furniture.NONE
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return Furniture.HIDDEN
    style = attributes.get("style")
    if style and _HIDDEN_STYLE.search(style):
        return Furniture.HIDDEN
    if attributes.get("role") in _SURE_ROLES:
        return Furniture.SURE
    return _judge_names(tag, attributes.get("class", ""), "" if tag in _HEADINGS else attributes.get("id", ""))


def is_spoken_only(element: Element) -> bool:
    """Whether only screen readers are told of `element`, such as the headings that name a page's regions."""
    return _SPOKEN_ONLY.search(element.get("class", "")) is not None


@lru_cache(maxsize=20_000)
def _judge_names(tag: str, classes: str, identifier: str) -> Furniture:
    if tag in _SURE_TAGS:
        return Furniture.SURE
    if tag in _UNTOUCHED or not (classes or identifier):
        return Furniture.NONE
    if identifier.count("-") + identifier.count("_") >= _ID_OF_WORDS:
        identifier = ""  # made of a heading's words
    names = f"{classes} {identifier}"[:500]
    verdict = Furniture.NONE
    for name in _NOISE.sub(" ", names).split():
        judged = _judge_name(name)
        if judged is Furniture.SURE:
            verdict = judged
            break
        if judged is not Furniture.NONE and verdict is not Furniture.LIKELY:
            verdict = judged
    if verdict is not Furniture.NONE and CONTENT_NAMES.search(names):
        return Furniture.NONE if verdict is not Furniture.SURE else Furniture.LIKELY
    return verdict


@lru_cache(maxsize=20_000)
def _judge_name(name: str) -> Furniture:
    lowered = name.lower()
    words = {lowered, *_WORDS.findall(_CAMEL.sub(" ", name).lower())}
    if words & _LAYOUT:
        words -= _LAYOUT_NAMES
    elif _SURE_PHRASES.search(lowered):
        return Furniture.SURE
    if words & _SURE:
        return Furniture.SURE
    if words & _CAPTIONS:
        return Furniture.CAPTION
    if words & _LIKELY or lowered in _HIDDEN_CLASSES:
        return Furniture.LIKELY
    return Furniture.NONE
