"""Which stories come first, and which briefs are one story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nutgraf.domain.ids import ArticleId, BriefId, PublisherId
from nutgraf.domain.records import BriefCard, Publisher
from nutgraf.domain.topic import Topic
from nutgraf.stages.order import Story, group_stories, order_stories

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOOKS = Topic("books", "Books", "culture", "", "", 0.9)


def card(
    number: int,
    headline: str,
    publisher: str = "",
    *,
    dek: str = "",
    hours_old: float = 1,
    is_read: bool = False,
    topics: tuple[Topic, ...] = (),
) -> BriefCard:
    slug = publisher or f"press-{number}"
    return BriefCard(
        article_id=ArticleId(number),
        brief_id=BriefId(number),
        headline=headline,
        dek=dek,
        publisher=Publisher(PublisherId(number), slug, slug),
        published_at=NOW - timedelta(hours=hours_old),
        reads=0,
        topics=topics,
        url="",
        is_read=is_read,
    )


def leads(cards: list[BriefCard], **options: object) -> list[int]:
    stories: list[Story] = order_stories(group_stories(cards), **options)  # type: ignore[arg-type]
    return [story.lead.article_id for story in stories]


FERRY = "Night ferries to run from Saltmarket to Holm in spring"
OTHERS = [
    "Court strikes down levy on foreign ships",
    "Unemployment falls to lowest since 2009",
    "Lift firm fined for copied signatures",
    "Theatre closes for new roof",
]


def test_fresher_comes_first() -> None:
    cards = [card(1, OTHERS[0], hours_old=9), card(2, OTHERS[1], hours_old=1), card(3, OTHERS[2], hours_old=4)]
    assert leads(cards) == [2, 3, 1]


def test_what_several_publishers_report_comes_first_and_is_one_story() -> None:
    cards = [
        card(1, OTHERS[0], hours_old=1),
        card(2, FERRY, hours_old=4),
        card(3, "Saltmarket to Holm: ferries will run at night from spring", hours_old=5),
        card(4, "Night ferries for Saltmarket in spring", hours_old=6),
        card(5, OTHERS[1], hours_old=2),
    ]
    stories = order_stories(group_stories(cards))
    assert stories[0].lead.article_id == 2
    assert {other.article_id for other in stories[0].others} == {3, 4}
    assert len(stories) == 3


def test_stories_that_share_a_place_only_are_apart() -> None:
    cards = [card(1, "Saltmarket theatre closes for new roof"), card(2, "Saltmarket ferries run all night")]
    assert len(group_stories(cards)) == 2


def test_what_is_followed_counts_more_and_what_was_read_less() -> None:
    cards = [card(1, OTHERS[0], hours_old=1), card(2, OTHERS[1], hours_old=3, topics=(BOOKS,)), card(3, OTHERS[2])]
    assert leads(cards)[0] != 2
    assert leads(cards, topics={"culture"})[0] == 2
    assert leads(cards, publishers={"press-2"})[0] == 2
    assert leads([card(1, OTHERS[0], is_read=True), card(2, OTHERS[1], hours_old=5)]) == [2, 1]


def test_briefs_that_are_years_old_are_ordered_as_new_ones() -> None:
    cards = [card(number, headline, hours_old=20_000 + 2 * number) for number, headline in enumerate(OTHERS, 1)]
    assert leads(cards) == [1, 2, 3, 4]
    followed = [card(1, OTHERS[0], hours_old=20_000), card(2, OTHERS[1], hours_old=20_003, topics=(BOOKS,))]
    assert leads(followed, topics={"books"}) == [2, 1]


def test_publishers_take_turns() -> None:
    loud = [card(number, headline, "loud", hours_old=1) for number, headline in enumerate(OTHERS[:3], 1)]
    assert leads([*loud, card(9, OTHERS[3], "quiet", hours_old=2)])[1] == 9


def test_every_brief_is_in_one_story() -> None:
    cards = [card(number, f"{OTHERS[number % 4]} {number}", hours_old=number) for number in range(40)]
    stories = order_stories(group_stories(cards))
    seen = [card.article_id for story in stories for card in (story.lead, *story.others)]
    assert sorted(seen) == list(range(40))
    assert order_stories([]) == []
    assert group_stories([card(1, ""), card(2, "")]) == [[card(1, "")], [card(2, "")]]
