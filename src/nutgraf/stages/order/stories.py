"""Groups the briefs of a day into stories and puts the most important first.

A story's score is the product of what can be said in one sentence to a reader:

- how many publishers report it, counted by the likeness of headlines and deks (TF-IDF cosine over the day's briefs);
- how fresh its newest brief is: half of the score goes every HALF_LIFE_H hours, counted back from the newest brief of
  all, since time that passes takes the same share of every score;
- whether the reader follows one of its topics, publishers, or people, places and organisations;
- whether they have read it.

Then publishers take turns: each further story of a publisher counts a little less.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from nutgraf.domain.entity import EntityKind
from nutgraf.domain.records import BriefCard
from nutgraf.text.search_terms import kept_terms

MAX_CARDS = 400
"""More of a day are not compared with each other: the work grows with pairs that share a rare word."""
SAME_STORY = 0.28
"""Least likeness of two briefs of one story; see docs/decisions/0010-front-page.md."""
HALF_LIFE_H = 9.0
FOLLOWED = 1.6
READ = 0.35
TURN = 0.82
"""What a publisher's next story counts after one of theirs was placed."""
TURNS = 60
"""Stories by which publishers take turns; those after them, which no front page shows, stand by their score."""
COMMON_SHARE = 0.12
"""A word in more of the day's briefs than this makes no two of them alike."""

_Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Story:
    """A brief with others of the same story, the latest first."""

    lead: BriefCard
    others: tuple[BriefCard, ...] = ()


@dataclass(frozen=True, slots=True)
class _Followed:
    topics: frozenset[str]
    publishers: frozenset[str]
    entities: frozenset[tuple[EntityKind, str]]

    def has(self, card: BriefCard) -> bool:
        """Whether a card is of something that is followed."""
        return (
            card.publisher.slug in self.publishers
            or any(topic.slug in self.topics or topic.parent in self.topics for topic in card.topics)
            or any((entity.kind, entity.slug) in self.entities for entity in card.entities)
        )


def group_stories(cards: Sequence[BriefCard]) -> list[list[BriefCard]]:
    """`cards` (at most MAX_CARDS) by story, each in exactly one group. The same for every reader."""
    cards = cards[:MAX_CARDS]
    return [[cards[index] for index in group] for group in _same_story(_vectors(cards))]


def order_stories(
    groups: Sequence[Sequence[BriefCard]],
    *,
    topics: Collection[str] = (),
    publishers: Collection[str] = (),
    entities: Collection[tuple[EntityKind, str]] = (),
) -> list[Story]:
    """The stories of `groups`, none empty, the most important first.

    `topics` and `publishers` are the slugs that the reader follows, `entities` the kinds and slugs.
    """
    newest = max((card.published_at for group in groups for card in group), default=None)
    scored = []
    followed = _Followed(frozenset(topics), frozenset(publishers), frozenset(entities))
    for group in groups:
        assert newest is not None
        lead, *others = sorted(group, key=lambda card: (not card.is_short, card.published_at), reverse=True)
        scored.append((_score(group, newest, followed), Story(lead, tuple(others))))
    return _take_turns(scored)


def _score(group: Sequence[BriefCard], newest: datetime, followed: _Followed) -> float:
    reported_by = len({card.publisher.slug for card in group})
    age_h = (newest - max(card.published_at for card in group)).total_seconds() / 3600
    score = (1 + math.log2(reported_by)) * math.exp2(-age_h / HALF_LIFE_H)
    if any(map(followed.has, group)):
        score *= FOLLOWED
    return score * READ if all(card.is_read for card in group) else score


def _take_turns(scored: list[tuple[float, Story]]) -> list[Story]:
    """The stories by score, each publisher's next one discounted by those placed before it."""
    placed: Counter[str] = Counter()
    waiting = sorted(
        scored, key=lambda pair: (pair[0], pair[1].lead.published_at, pair[1].lead.article_id), reverse=True
    )
    ordered: list[Story] = []
    while waiting and len(ordered) < TURNS:
        best = max(
            range(min(len(waiting), 30)),  # further down no discount could lift a story to the top
            key=lambda index: (waiting[index][0] * TURN ** placed[waiting[index][1].lead.publisher.slug], -index),
        )
        _, story = waiting.pop(best)
        placed[story.lead.publisher.slug] += 1
        ordered.append(story)
    return ordered + [story for _, story in waiting]


def _vectors(cards: Sequence[BriefCard]) -> list[_Vector]:
    """TF-IDF vectors of unit length over headline (twice) and dek."""
    counts = []
    for card in cards:
        headline = kept_terms(card.headline)
        counts.append(Counter([*headline, *headline, *kept_terms(card.dek)]))
    found_in = Counter(term for count in counts for term in count)
    most = max(3.0, COMMON_SHARE * len(cards))
    weights = {
        term: math.log(1 + len(cards) / number) for term, number in found_in.items() if number <= most and len(term) > 2
    }
    vectors = []
    for count in counts:
        vector = {term: math.sqrt(times) * weights[term] for term, times in count.items() if term in weights}
        length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
        vectors.append({term: value / length for term, value in vector.items()})
    return vectors


def _same_story(vectors: Sequence[_Vector]) -> list[list[int]]:
    """Groups of indexes; each vector joins the first group whose first member it is alike to."""
    groups: list[list[int]] = []
    founders: dict[str, list[tuple[int, float]]] = {}
    """By term: the groups whose first member has it, with its weight there."""
    for index, vector in enumerate(vectors):
        likeness: defaultdict[int, float] = defaultdict(float)
        for term, value in vector.items():
            for group, founding in founders.get(term, ()):
                likeness[group] += value * founding
        most = max(likeness.values(), default=0.0)
        if most >= SAME_STORY:
            groups[min(group for group, value in likeness.items() if value == most)].append(index)
            continue
        for term, value in vector.items():
            founders.setdefault(term, []).append((len(groups), value))
        groups.append([index])
    return groups
