"""Sentences and an Article to findings; a Draft to what of it may be published."""

from nutgraf.stages.check.draft import CheckedDraft, check_draft, withdraw_sentences
from nutgraf.stages.check.sentences import check_sentences

__all__ = ["CheckedDraft", "check_draft", "check_sentences", "withdraw_sentences"]
