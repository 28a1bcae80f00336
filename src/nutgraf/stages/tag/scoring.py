"""From the cues in an article to its topics: evidence is summed by topic, weighed by place, and cut to a short list."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from nutgraf.domain.article import Article
from nutgraf.domain.topic import Topic
from nutgraf.stages.tag.cues import cue_index
from nutgraf.stages.tag.taxonomy import Cue, Taxonomy, load_taxonomy, tokens

MAX_TOPICS = 6
FEW_TOPICS = 3
MAX_TOP_LEVEL = 2
MAX_HEADING_CHARACTERS = 1_000
MAX_TEXT_CHARACTERS = 30_000  # a longer text has said by then what it is about

_TITLE_WEIGHT = 4.0
_STANDFIRST_WEIGHT = 2.0
_LEAD_WEIGHT = 1.8
_LEAD_WORDS = 120
_LATE_WEIGHT = 0.7
_LATE_WORDS = 600

_REPETITION = 0.55  # evidence of a cue grows with the occurrences to this power: repeating is not proving
_NORMAL_WORDS = 300  # longer texts meet more cues by chance
_LENGTH_POWER = 0.5
_SECTION_FACTOR = 1.5
_CHILDREN_COUNTED = 4
_CHILD_SHARE = 0.7
_ALSO_SHARE = 0.6  # for a top-level topic that a narrower one speaks for besides its parent

_LEAST_TOP_LEVEL = 2.0
_SECOND_TOP_LEVEL_SHARE = 0.5
_SECOND_TOP_LEVEL_LEAST = 5.0
_LEAST_NARROWER = 3.8
_LEAST_NARROWER_OF_FEW = (
    2.0  # of the first of them that speak for a chosen topic, so that a short text gets what it carries
)
_NARROWER_SHARE = 0.3  # of the best narrower topic's evidence
_NARROWER_SHARE_OF_FEW = 0.15
_LONE_CUE_FACTOR = 0.5  # of a topic with one cue in passing: a mention is not a subject
_NOT_IN_OPENING_FACTOR = 0.5  # of a topic that title, standfirst and lead do not touch
_OTHER_FAMILY_FACTOR = 0.75  # a topic whose top-level topic is not given has to be that much clearer
_HALF_SCORE_EVIDENCE = 8.0


def tag_topics(article: Article, taxonomy: Taxonomy | None = None) -> list[Topic]:
    """Three to six topics where the text carries them, top-level topics first, each with its score (0..1).

    Fewer for a short text, none where no cue is found. Without `taxonomy`, the one that comes with Nutgraf.
    """
    taxonomy = taxonomy or load_taxonomy()
    own = topic_evidence(article, taxonomy)
    top_level = top_level_evidence(own, taxonomy)
    chosen = _choose_top_level(top_level)
    if not chosen:
        return []
    narrower = _choose_narrower(own, chosen, taxonomy, MAX_TOPICS - len(chosen))
    chosen += _missing_parents(narrower, chosen, taxonomy)
    evidence = {slug: top_level[slug] for slug in chosen} | {slug: own[slug] for slug in narrower}
    return [dataclasses.replace(taxonomy.topics[slug], score=_score(found)) for slug, found in evidence.items()]


def topic_evidence(article: Article, taxonomy: Taxonomy) -> dict[str, float]:
    """Evidence by topic slug, from the topic's own cues alone; topics without any are absent."""
    index = cue_index(taxonomy, article.language.lower().partition("-")[0])
    weights: dict[Cue, float] = {}
    in_opening: set[str] = set()
    word_count = 0
    for words, zone_weight in _zones(article):
        word_count += len(words)
        for cues in index.find(words):
            for cue in cues:
                weights[cue] = weights.get(cue, 0.0) + zone_weight
                if zone_weight >= _LEAD_WEIGHT:
                    in_opening.add(cue.topic)
    length_factor = max(1.0, word_count / _NORMAL_WORDS) ** -_LENGTH_POWER
    evidence: dict[str, float] = {}
    kinds: dict[str, int] = {}
    for cue, weight in weights.items():
        if cue.topic:
            found = cue.strength * weight**_REPETITION * length_factor
            evidence[cue.topic] = evidence.get(cue.topic, 0.0) + found
            kinds[cue.topic] = kinds.get(cue.topic, 0) + (1 if weight < _TITLE_WEIGHT else 2)
    for slug, kind_count in kinds.items():
        if kind_count == 1:
            evidence[slug] *= _LONE_CUE_FACTOR
        if slug not in in_opening:
            evidence[slug] *= _NOT_IN_OPENING_FACTOR
    section = article.section.casefold().strip()
    for slug in evidence:
        if section and section in taxonomy.sections[slug]:
            evidence[slug] *= _SECTION_FACTOR
    return evidence


def _zones(article: Article) -> Iterator[tuple[list[str], float]]:
    """The parts of the article as words, with the weight of a cue in each."""
    title = article.title[:MAX_HEADING_CHARACTERS]
    # A headline in capitals would hide the cues that only match as they are written.
    yield tokens(title.title() if title.isupper() else title), _TITLE_WEIGHT
    yield tokens(article.standfirst[:MAX_HEADING_CHARACTERS]), _STANDFIRST_WEIGHT
    words = tokens(article.text[:MAX_TEXT_CHARACTERS])
    yield words[:_LEAD_WORDS], _LEAD_WEIGHT
    yield words[_LEAD_WORDS:_LATE_WORDS], 1.0
    yield words[_LATE_WORDS:], _LATE_WEIGHT


def top_level_evidence(own: Mapping[str, float], taxonomy: Taxonomy) -> dict[str, float]:
    """Evidence by top-level slug, best first: its own and a share of its clearest narrower topics'.

    Were all of them counted, a top-level topic with many narrower ones would win by a little of each.
    """
    families: dict[str, list[float]] = {}
    total: dict[str, float] = {}
    for slug, found in own.items():
        parent = taxonomy.topics[slug].parent
        if parent:
            families.setdefault(parent, []).append(_CHILD_SHARE * found)
            for other in taxonomy.also[slug]:
                families.setdefault(other, []).append(_ALSO_SHARE * found)
        else:
            total[slug] = found
    for parent, children in families.items():
        clearest = sorted(children, reverse=True)[:_CHILDREN_COUNTED]
        total[parent] = total.get(parent, 0.0) + sum(clearest)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _choose_top_level(top_level: Mapping[str, float]) -> list[str]:
    ranked = list(top_level)
    if not ranked or top_level[ranked[0]] < _LEAST_TOP_LEVEL:
        return []
    least = max(_SECOND_TOP_LEVEL_LEAST, _SECOND_TOP_LEVEL_SHARE * top_level[ranked[0]])
    return ranked[:1] + [slug for slug in ranked[1:MAX_TOP_LEVEL] if top_level[slug] >= least]


def _choose_narrower(own: Mapping[str, float], chosen: list[str], taxonomy: Taxonomy, limit: int) -> list[str]:
    """The clearest narrower topics, best first; those under a chosen top-level topic are preferred."""
    rated = []
    for slug, found in own.items():
        parent = taxonomy.topics[slug].parent
        if parent:
            rated.append((found if parent in chosen else found * _OTHER_FAMILY_FACTOR, slug))
    rated.sort(key=lambda item: (-item[0], item[1]))
    best = rated[0][0] if rated else 0.0
    least = max(_LEAST_NARROWER, _NARROWER_SHARE * best)
    least_of_few = max(_LEAST_NARROWER_OF_FEW, _NARROWER_SHARE_OF_FEW * best)
    clear = [slug for found, slug in rated if found >= least]
    fill_up = [
        slug
        for found, slug in rated
        if least_of_few <= found < least and not {taxonomy.topics[slug].parent, *taxonomy.also[slug]}.isdisjoint(chosen)
    ]
    few = FEW_TOPICS - len(chosen) - len(clear)
    return [*clear[:limit], *fill_up[: max(0, few)]]


def _missing_parents(narrower: list[str], chosen: list[str], taxonomy: Taxonomy) -> list[str]:
    """Parents of narrower topics that stand without theirs, as far as there is room.

    What is about a narrower topic is about its parent.
    """
    parents = dict.fromkeys(taxonomy.topics[slug].parent for slug in narrower)
    room = min(MAX_TOP_LEVEL - len(chosen), MAX_TOPICS - len(chosen) - len(narrower))
    return [parent for parent in parents if parent not in chosen][: max(0, room)]


def _score(evidence: float) -> float:
    return round(evidence / (evidence + _HALF_SCORE_EVIDENCE), 3)
