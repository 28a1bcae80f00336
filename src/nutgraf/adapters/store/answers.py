"""Answers of language models by the hash of all that was asked (the AnswerStore port)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from nutgraf.adapters.store.engine import Repository, insert_into, writing
from nutgraf.adapters.store.tables import model_answers
from nutgraf.domain.spending import CachedAnswer

MAX_TRIMMED = 1_000

_answers = model_answers.c
_IS_CLAIM = _answers.text.is_(None)


class SqlAnswers(Repository):
    """Answers in `model_answers`; a row without a text is the claim of whoever asks now."""

    @writing
    def claim_answer(
        self, connection: Connection, key: str, *, now: datetime, claimed_until: datetime
    ) -> CachedAnswer | bool:
        """The answer; True where there is none and it is now the caller's to ask; False where another one asks."""
        claim: dict[str, Any] = {
            "key": key,
            "stored_at": now,
            "claimed_until": claimed_until,
            "provider": "",
            "model": "",
            "input_tokens": 0,
            "output_tokens": 0,
        }
        insert = insert_into(connection.dialect.name, model_answers).on_conflict_do_nothing().returning(_answers.key)
        if connection.execute(insert, claim).first() is not None:
            return True
        row = connection.execute(select(model_answers).where(_answers.key == key)).first()
        if row is not None and row.text is not None:
            return CachedAnswer(row.text, row.provider, row.model, row.input_tokens, row.output_tokens)
        is_over = or_(_answers.claimed_until.is_(None), _answers.claimed_until <= now)
        taken = update(model_answers).where(_answers.key == key, _IS_CLAIM, is_over)
        return connection.execute(taken.values(claimed_until=claimed_until, stored_at=now)).rowcount == 1

    @writing
    def keep_answer(self, connection: Connection, key: str, answer: CachedAnswer, *, now: datetime) -> None:
        """Keep what was answered; the claim ends."""
        values = {
            "stored_at": now,
            "claimed_until": None,
            "text": answer.text,
            "provider": answer.provider,
            "model": answer.model,
            "input_tokens": answer.input_tokens,
            "output_tokens": answer.output_tokens,
        }
        insert = insert_into(connection.dialect.name, model_answers).values(key=key, **values)
        connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=values))

    @writing
    def drop_claim(self, connection: Connection, key: str) -> None:
        """End a claim that led to nothing. Idempotent."""
        connection.execute(delete(model_answers).where(_answers.key == key, _IS_CLAIM))

    @writing
    def trim_answers(self, connection: Connection, *, before: datetime, most: int) -> int:
        """Let go of answers stored before then, and of the oldest beyond `most`; how many, at most 1,000."""
        beyond = max(0, connection.execute(select(func.count()).select_from(model_answers)).scalar_one() - most)
        oldest = select(_answers.key).order_by(_answers.stored_at, _answers.key)
        leaving = set(connection.execute(oldest.where(_answers.stored_at < before).limit(MAX_TRIMMED)).scalars())
        if beyond:
            leaving.update(connection.execute(oldest.limit(min(beyond, MAX_TRIMMED))).scalars())
        if leaving:
            connection.execute(delete(model_answers).where(_answers.key.in_(sorted(leaving))))
        return len(leaving)
