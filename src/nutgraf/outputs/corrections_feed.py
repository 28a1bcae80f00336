"""The record of corrections as a feed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from nutgraf.domain.corrections import CorrectionRecord
from nutgraf.outputs.feed_document import FeedDocument, FeedEntry
from nutgraf.outputs.wording import describe_correction


def corrections_feed(records: Sequence[CorrectionRecord], *, base_url: str, self_url: str) -> FeedDocument:
    """The feed of `records`, the latest first. `base_url` is the site's, without a slash at its end."""
    return FeedDocument(
        title="Nutgraf: corrections",
        description="What was corrected and updated in published briefs.",
        self_url=self_url,
        page_url=f"{base_url}/corrections",
        entries=tuple(_entry(record, base_url) for record in records),
    )


def _entry(record: CorrectionRecord, base_url: str) -> FeedEntry:
    word = "Corrected" if record.kind.value == "correction" else "Updated"
    in_record = f"{base_url}/corrections#c{record.id}"
    return FeedEntry(
        id=in_record,
        title=f"{word}: {record.headline}",
        page_url=f"{base_url}/brief/{record.article_id}" if record.is_listed else in_record,
        published_at=record.published_at,
        updated_at=record.published_at,
        html=_html(record),
        summary=describe_correction(record),
        tags=(record.kind.value,),
    )


def _html(record: CorrectionRecord) -> str:
    paragraphs = [escape(describe_correction(record))]
    for change in record.changes:
        before, now = escape(change.before or "(no sentence)"), escape(change.after or "(withdrawn)")
        paragraphs.append(f"Before: {before}<br>Now: {now}")
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
