"""Make docs/reference/settings.md from nutgraf.settings: `python tools/settings_page.py`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nutgraf.settings import Settings

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "settings.md"

HEAD = """# Settings

Made by `tools/settings_page.py` from `nutgraf.settings`; a test keeps the two equal.

A setting is taken from the command line, else from the environment, else from the settings file, else from its
default. The file is `nutgraf.toml` in the data folder, or the one that `NUTGRAF_CONFIG` names. The environment names
a setting in capitals with two underscores between the levels:

```toml
# nutgraf.toml
[server]
port = 9000

[fetch]
contact = "https://news.example/about"
```

```sh
NUTGRAF_SERVER__PORT=9000 ./run serve
```
"""


def settings_page() -> str:
    """The page as Markdown text."""
    lines = [HEAD]
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            lines += [f"## `{name}`: {(section.__doc__ or '').strip().rstrip('.').lower()}", ""]
            lines += _table({f"{name}.{inner}": value for inner, value in section.model_fields.items()})
        else:
            lines += ["## General", "", *_table({name: field})]
    return "\n".join(lines).rstrip() + "\n"


def _table(fields: dict[str, FieldInfo]) -> list[str]:
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for name, field in fields.items():
        default = "your user data folder" if name == "data_dir" else f"`{_plain(field.default)}`"
        rows.append(f"| `{name}` | {default} | {(field.description or '').replace('|', '&#124;')} |")
    return [*rows, ""]


def _plain(value: object) -> str:
    if value is None or value == () or str(value) == "":
        return "(empty)"
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(Path.cwd())}")
