"""When and on which port the sample press of a data folder began: kept, so that its addresses stay the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nutgraf.errors import ConfigError

_FILE_NAME = "sample-press.json"


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition of the sample press; its articles' times count from `began_at`."""

    began_at: datetime
    port: int

    @property
    def base_url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def allowance(self) -> tuple[str, ...]:
        """What `fetch.allow_private` needs for it."""
        return (f"127.0.0.1/32:{self.port}",)


def read_edition(data_dir: Path) -> Edition | None:
    """The edition of this data folder, None where there was never one. Raises ConfigError for a damaged file."""
    file = data_dir / _FILE_NAME
    try:
        kept = json.loads(file.read_text())
        return Edition(datetime.fromisoformat(kept["began_at"]), int(kept["port"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError):
        raise ConfigError(f"{file} is damaged; remove it to start a new edition.", code="bad_edition") from None


def keep_edition(data_dir: Path, edition: Edition) -> None:
    """Write the edition down, whole or not at all."""
    partial = data_dir / f"{_FILE_NAME}.partial"
    partial.write_text(json.dumps({"began_at": edition.began_at.isoformat(), "port": edition.port}))
    partial.replace(data_dir / _FILE_NAME)
