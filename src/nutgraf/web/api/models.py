"""What the JSON API answers with; its OpenAPI document is made from these. Times are UTC."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from nutgraf.domain.corrections import CorrectionRecord
from nutgraf.domain.entity import EntityRecord
from nutgraf.domain.records import BriefCard, BriefPage, CopyRecord, FeedRecord, Publisher
from nutgraf.domain.search import SearchHit
from nutgraf.outputs.json_text import brief_to_dict
from nutgraf.web.rendering import brief_path


class ErrorModel(BaseModel):
    """Why a request was refused: a word for programs, a sentence for people."""

    error: str
    message: str


class PublisherModel(BaseModel):
    """A publisher with the number of its briefs."""

    slug: str
    name: str
    site_url: str
    briefs: int

    @classmethod
    def of(cls, publisher: Publisher) -> PublisherModel:
        """From the stored one."""
        return cls(slug=publisher.slug, name=publisher.name, site_url=publisher.site_url, briefs=publisher.brief_count)


class TopicModel(BaseModel):
    """A topic of the taxonomy; `briefs` includes those of narrower topics. `parent` is empty at the top."""

    slug: str
    name: str
    parent: str
    iptc: str = Field(description="IPTC Media Topic code, the digits only")
    definition: str
    briefs: int


class TopicReference(BaseModel):
    """A topic that a brief is listed under."""

    slug: str
    name: str
    parent: str


class EntityReference(BaseModel):
    """A person, place or organisation that a brief names. `kind` is one of person, place, organisation."""

    kind: str
    slug: str
    name: str


class CardModel(BaseModel):
    """What lists show of a brief. `is_read` and `is_saved` are the asking reader's."""

    id: int
    headline: str
    dek: str
    publisher: str
    publisher_slug: str
    published_at: datetime
    briefed_at: datetime | None
    updated_at: datetime | None = Field(description="Set where the publisher changed the article since")
    corrected_at: datetime | None = Field(description="Set where the brief was corrected after a report")
    topics: list[TopicReference]
    entities: list[EntityReference] = Field(description="People, places and organisations that the brief names")
    language: str
    flags: list[str] = Field(description="Of the article: opinion, live_blog, paywalled, stub")
    is_short: bool
    is_read: bool
    is_saved: bool
    reads: int
    page_path: str
    article_url: str

    @classmethod
    def of(cls, card: BriefCard) -> CardModel:
        """From the stored one."""
        return cls(
            id=card.article_id,
            headline=card.headline,
            dek=card.dek,
            publisher=card.publisher.name,
            publisher_slug=card.publisher.slug,
            published_at=card.published_at,
            briefed_at=card.briefed_at,
            updated_at=card.updated_at,
            corrected_at=card.corrected_at,
            topics=[TopicReference(slug=topic.slug, name=topic.name, parent=topic.parent) for topic in card.topics],
            entities=[EntityReference(kind=e.kind.value, slug=e.slug, name=e.name) for e in card.entities],
            language=card.language,
            flags=[flag.value for flag in card.flags],
            is_short=card.is_short,
            is_read=card.is_read,
            is_saved=card.is_saved,
            reads=card.reads,
            page_path=brief_path(card),
            article_url=card.url,
        )


class CardsModel(BaseModel):
    """A page of a list, newest first. Muted and hidden briefs are left out, so a page may hold less than asked for."""

    items: list[CardModel]
    next: str | None = Field(description="The path of the next page; null on the last")


class StoryModel(BaseModel):
    """A story: its lead brief and other publishers' briefs of it."""

    lead: CardModel
    others: list[CardModel]


class FrontModel(BaseModel):
    """The front page: stories by importance. `story_count` is how many there are, shown or not."""

    stories: list[StoryModel]
    story_count: int


class EvidenceModel(BaseModel):
    """Words of the article: characters `start` to `end` (exclusive) of its text."""

    start: int
    end: int
    text: str


class SentenceModel(BaseModel):
    """A published sentence with what it rests on. `verdict` is `supported` or `weak`; `score` is 0..1."""

    text: str
    verdict: str
    score: float
    reasons: list[str]
    evidence: list[EvidenceModel]


class InsightModel(BaseModel):
    """A key insight: a title and its explanation, traced apart."""

    title: SentenceModel
    explanation: SentenceModel


class CopyModel(BaseModel):
    """Another publisher's near-verbatim copy of the article."""

    publisher: str
    title: str
    url: str

    @classmethod
    def of(cls, copy: CopyRecord) -> CopyModel:
        """From the stored one."""
        return cls(publisher=copy.publisher.name, title=copy.title, url=copy.url)


class UsageModel(BaseModel):
    """What a brief took of a language model, over all its calls."""

    calls: int
    cached_calls: int = Field(description="Answers that were paid for before")
    input_tokens: int
    output_tokens: int
    is_counted: bool = Field(description="False where tokens are an estimate")
    micro_dollars: int | None = Field(description="Millionths of a US dollar; null where the price is unknown")
    milliseconds: int


class WrittenModel(BaseModel):
    """What Nutgraf wrote of an article, as `nutgraf brief --format json` prints it."""

    headline: str
    byline: str
    url: str
    language: str
    dek: SentenceModel | None
    what_happened: list[SentenceModel]
    insights: list[InsightModel]
    takeaways: list[SentenceModel]
    sentences: int
    sentences_traced: int
    writer: str
    model: str = Field(description="The language model that wrote it; empty where none did")
    usage: UsageModel | None
    created_at: datetime
    text_hash: str = Field(description="SHA-256 of the article's text that the offsets point into")


class BriefModel(BaseModel):
    """A brief with the evidence of every sentence. `version` counts the briefs of this article from 1."""

    card: CardModel
    brief: WrittenModel
    version: int
    copies: list[CopyModel]

    @classmethod
    def of(cls, page: BriefPage) -> BriefModel:
        """From the stored one."""
        return cls(
            card=CardModel.of(page.card),
            brief=WrittenModel.model_validate(brief_to_dict(page.brief, page.revision.article)),
            version=page.version,
            copies=[CopyModel.of(copy) for copy in page.copies],
        )


class TopicsModel(BaseModel):
    """The taxonomy, in its order."""

    items: list[TopicModel]


class PublishersModel(BaseModel):
    """A page of publishers with briefs, by slug."""

    items: list[PublisherModel]
    next: str | None


class PieceModel(BaseModel):
    """A piece of text; `is_match` where the words asked for are."""

    text: str
    is_match: bool


class HitModel(BaseModel):
    """A brief that was found, with its most telling sentence."""

    card: CardModel
    snippet: list[PieceModel]

    @classmethod
    def of(cls, hit: SearchHit) -> HitModel:
        """From what the store found."""
        pieces = [PieceModel(text=piece.text, is_match=piece.is_match) for piece in hit.snippet]
        return cls(card=CardModel.of(hit.card), snippet=pieces)


class HitsModel(BaseModel):
    """A page of what a search finds. `problems` says what of it was not understood."""

    items: list[HitModel]
    next: str | None
    problems: list[str]


class FeedModel(BaseModel):
    """A subscribed feed. `health` is one of healthy, waiting, failing, paused, gone."""

    id: int
    url: str
    title: str
    site_url: str
    health: str
    added_at: datetime
    last_poll_at: datetime | None
    last_ok_at: datetime | None
    next_poll_at: datetime
    error: str
    message: str
    articles: int

    @classmethod
    def of(cls, feed: FeedRecord) -> FeedModel:
        """From the stored one."""
        return cls(
            id=feed.id,
            url=feed.url,
            title=feed.title,
            site_url=feed.site_url,
            health=feed.health,
            added_at=feed.added_at,
            last_poll_at=feed.last_poll_at,
            last_ok_at=feed.last_ok_at,
            next_poll_at=feed.next_poll_at,
            error=feed.error_code,
            message=feed.error_message,
            articles=feed.article_count,
        )


class FeedsModel(BaseModel):
    """A page of feeds, in the order they were added."""

    items: list[FeedModel]
    next: str | None


class FollowModel(BaseModel):
    """Something that a reader follows. `kind` is one of topic, publisher, person, place, organisation."""

    kind: str
    slug: str


class FollowsModel(BaseModel):
    """What a reader follows, by kind and slug."""

    items: list[FollowModel]


class MuteModel(BaseModel):
    """Something that a reader mutes: a word, or what can be followed, by slug. `effect` is `hide` or `fold`."""

    id: int
    kind: str
    value: str
    effect: str


class MutesModel(BaseModel):
    """What a reader mutes, by kind and value."""

    items: list[MuteModel]


class EntityModel(BaseModel):
    """A person, place or organisation with the number of briefs that name it."""

    kind: str
    slug: str
    name: str
    briefs: int

    @classmethod
    def of(cls, record: EntityRecord) -> EntityModel:
        """From the stored one."""
        entity = record.entity
        return cls(kind=entity.kind.value, slug=entity.slug, name=entity.name, briefs=record.brief_count)


class EntitiesModel(BaseModel):
    """What the latest briefs name, the most often named first."""

    items: list[EntityModel]


class ChangeModel(BaseModel):
    """A changed sentence. `before` or `after` is empty where it was added or taken away; `is_broken`: it had fallen."""

    part: str
    before: str
    after: str
    is_broken: bool


class CorrectionModel(BaseModel):
    """A change of a published brief. `kind` is `correction` (after a report) or `update` (of the article)."""

    id: int
    brief_id: int = Field(description="The id of the brief as in lists, which is its article's")
    kind: str
    published_at: datetime
    headline: str
    publisher: str
    note: str
    changes: list[ChangeModel]
    is_listed: bool = Field(description="Whether the brief can still be read")

    @classmethod
    def of(cls, record: CorrectionRecord) -> CorrectionModel:
        """From the stored one."""
        return cls(
            id=record.id,
            brief_id=record.article_id,
            kind=record.kind.value,
            published_at=record.published_at,
            headline=record.headline,
            publisher=record.publisher.name,
            note=record.note,
            changes=[
                ChangeModel(
                    part=change.part.value, before=change.before, after=change.after, is_broken=change.is_broken
                )
                for change in record.changes
            ],
            is_listed=record.is_listed,
        )


class CorrectionsModel(BaseModel):
    """A page of corrections, the latest first."""

    items: list[CorrectionModel]
    next: str | None


class CountsModel(BaseModel):
    """Counts of a time, a writer or a publisher; `sentences` are those published."""

    model_config = ConfigDict(extra="allow")

    sentences: int


class DayCountsModel(CountsModel):
    """The counts of a day (UTC)."""

    day: date


class WriterCountsModel(CountsModel):
    """The counts of a writer with its model and prompt."""

    writer: str
    model: str
    prompt_version: str


class PublisherCountsModel(CountsModel):
    """The counts of a publisher."""

    publisher: str
    slug: str


class AccuracyModel(BaseModel):
    """The ledger of some days. Not all publishers are listed; `publishers` is how many there are."""

    first: date
    last: date
    total: CountsModel
    by_day: list[DayCountsModel]
    by_writer: list[WriterCountsModel]
    by_publisher: list[PublisherCountsModel]
    publishers: int
