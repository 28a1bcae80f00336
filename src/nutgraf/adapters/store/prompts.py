"""The operator's own prompts (the PromptStore port)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from nutgraf.adapters.store.engine import Repository, insert_into, reading, writing
from nutgraf.adapters.store.tables import prompts
from nutgraf.domain.prompt import OwnPrompt
from nutgraf.errors import NotFound

_LIVE = select(prompts).where(prompts.c.live_at.is_not(None))


class SqlPrompts(Repository):
    """One row for each version."""

    @reading
    def live_prompt(self, connection: Connection) -> OwnPrompt | None:
        """The prompt in use, None where it is the one that comes with Nutgraf."""
        row = connection.execute(_LIVE).first()
        return None if row is None else _prompt(row)

    @reading
    def list_prompts(self, connection: Connection) -> list[OwnPrompt]:
        """Every version, the latest saved first."""
        rows = connection.execute(select(prompts).order_by(prompts.c.saved_at.desc(), prompts.c.version))
        return [_prompt(row) for row in rows]

    @writing
    def save_previewed_prompt(self, connection: Connection, version: str, text: str, *, now: datetime) -> None:
        """Keep a version and that it was previewed `now`; one that is there already keeps its text."""
        insert = insert_into(connection.dialect.name, prompts).values(
            version=version, text=text, saved_at=now, previewed_at=now
        )
        connection.execute(insert.on_conflict_do_update(index_elements=["version"], set_={"previewed_at": now}))

    @writing
    def use_prompt(self, connection: Connection, version: str | None, *, now: datetime) -> None:
        """Let a version go live in place of the one before; None: Nutgraf's own. Raises NotFound."""
        connection.execute(update(prompts).where(prompts.c.live_at.is_not(None)).values(live_at=None))
        if version is None:
            return
        changed = connection.execute(update(prompts).where(prompts.c.version == version).values(live_at=now))
        if changed.rowcount == 0:
            raise NotFound(f"There is no prompt {version}.")


def _prompt(row: Row[Any]) -> OwnPrompt:
    return OwnPrompt(row.version, row.text, row.saved_at, row.previewed_at, row.live_at)
