"""The golden feeds: every file in tests/golden/feeds beside NAME.expected.json, what parse_feed makes of it.

Run as a module to write the expected files anew; read the difference before you commit it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from nutgraf.errors import ParseError
from nutgraf.stages.parse import parse_feed_with_path

FOLDER = Path(__file__).parent / "golden" / "feeds"
INPUTS = sorted(path for path in FOLDER.iterdir() if not path.name.endswith(".expected.json"))


def expected_path(path: Path) -> Path:
    """Where the expected output of a golden feed stands."""
    return path.with_name(f"{path.stem}.expected.json")


def outcome(path: Path) -> dict[str, Any]:
    """The feed and its path, or the error, as JSON has it; what is empty is left out."""
    try:
        feed, way = parse_feed_with_path(path.read_bytes(), url=f"https://golden.example/{path.name}")
    except ParseError as error:
        return _filled({"error": error.code, "message": error.message, "feed_links": list(error.feed_links)})
    values = asdict(feed) | {"entries": [_filled(asdict(entry)) for entry in feed.entries]}
    return {"path": way.value, **_filled(values)}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in values.items()
        if value not in ("", None, (), []) and not (key == "dropped_entries" and value == 0)
    }


if __name__ == "__main__":
    for input_path in INPUTS:
        text = json.dumps(outcome(input_path), ensure_ascii=False, indent=2)
        expected_path(input_path).write_text(text + "\n", encoding="utf-8")
