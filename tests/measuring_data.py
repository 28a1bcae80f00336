"""The measuring data beside the project: unpacked for a test that skips where it is absent, and read as payloads."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1].parent / "shared" / "data"


def unpacked(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the archive `name`, unpacked; skips the test where the archive is not there."""
    archive = DATA / f"{name}.tar.xz"
    if not archive.exists():
        pytest.skip(f"the measuring data ({archive.name}) is not beside the project")
    folder = tmp_path_factory.mktemp(name)
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / name


def files(folder: Path) -> Iterator[Path]:
    """Every file below `folder`, in one order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def payload_lines(folder: Path) -> Iterator[str]:
    """Every line of the lists, pages and files of payloads in security-dev (`folder`), and each of those as a whole."""
    for file in files(folder / "payloads"):
        text = file.read_text(encoding="utf-8", errors="replace")
        yield text
        yield from filter(str.strip, text.splitlines())


def markup_cases(folder: Path) -> Iterator[str]:
    """What the tests of html5lib and bleach in security-dev (`folder`) put in, as HTML source."""
    for file in files(folder / "html5lib-tests" / "tokenizer"):
        if file.suffix == ".test":
            cases = json.loads(file.read_text(encoding="utf-8"))
            for case in cases.get("tests") or cases.get("xmlViolationTests") or ():
                text = case["input"]
                yield json.loads(f'"{text}"') if case.get("doubleEscaped") else text
    for file in files(folder / "html5lib-tests" / "serializer"):
        for case in json.loads(file.read_text(encoding="utf-8"))["tests"]:
            yield from case.get("expected", ())
    for file in files(folder / "bleach" / "data"):
        yield file.read_text(encoding="utf-8").partition("\n--")[0]
