"""Which kind of archive a path is, and its pages one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nutgraf.domain.capture import Capture
from nutgraf.domain.document import Document
from nutgraf.errors import ConfigError

MAX_URL_CHARS = 2_000
_PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_HEAD_BYTES = 64_000
# In either order of the attributes; what is found is only believed where it is an address of http.
_CANONICAL = re.compile(
    rb"""<link\b(?=[^>]{0,500}\brel=["']?canonical)[^>]{0,500}?\bhref=["']?([^"'\s>]{1,2000})""", re.IGNORECASE
)


@dataclass(slots=True)
class Archive:
    """Pages in the order of the archive; `done_bytes` of `size_bytes` have been read so far.

    `skipped` counts what holds no page of HTML, no address, or more than `max_body_bytes`.
    """

    path: Path
    max_body_bytes: int
    size_bytes: int = 0
    done_bytes: int = 0
    skipped: int = 0
    _files: list[Path] = field(default_factory=list)

    def captures(self) -> Iterator[Capture]:
        """Every page. Raises ConfigError (`bad_archive`) where the archive cannot be read on."""
        if self._files:
            yield from self._pages_of_files()
        elif self.path.name.removesuffix(".gz").endswith(".warc"):
            yield from self._pages_of_warc()
        else:
            yield from self._listed_addresses()

    def _pages_of_files(self) -> Iterator[Capture]:
        for file in self._files:
            with file.open("rb") as opened:
                body = opened.read(self.max_body_bytes + 1)
            url = _canonical_url(body)
            if len(body) > self.max_body_bytes or not url:
                self.skipped += 1
            else:
                captured_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                yield Capture(url, Document(url, url, 200, body=body, content_type="text/html"), captured_at)
            self.done_bytes += file.stat().st_size

    def _listed_addresses(self) -> Iterator[Capture]:
        with self.path.open("rb") as lines:
            while line := lines.readline(MAX_URL_CHARS * 4):
                self.done_bytes += len(line)
                url = line.decode(errors="replace").strip()
                if not url or url.startswith("#"):
                    continue
                if _is_address(url):
                    yield Capture(url)
                else:
                    self.skipped += 1

    def _pages_of_warc(self) -> Iterator[Capture]:
        """Answers with status 200 of HTML (ISO 28500:2017), as in CC-NEWS."""
        try:
            from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 - an extra
            from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415
        except ImportError:
            raise ConfigError("WARC files need warcio: install nutgraf[archive].", code="no_warcio") from None
        with self.path.open("rb") as file:
            records = ArchiveIterator(file)
            try:
                for record in records:
                    self.done_bytes = min(file.tell(), self.size_bytes)
                    if record.rec_type != "response":
                        continue
                    capture = self._capture_of(record)
                    if capture is None:
                        self.skipped += 1
                    else:
                        yield capture
            except (ArchiveLoadFailed, EOFError, ValueError, OSError) as error:
                raise ConfigError(
                    f"{self.path} cannot be read beyond byte {self.done_bytes:,}: {error}. What came before is kept.",
                    code="bad_archive",
                ) from None
        self.done_bytes = self.size_bytes

    def _capture_of(self, record: Any) -> Capture | None:
        url = record.rec_headers.get_header("WARC-Target-URI") or ""
        answer = record.http_headers
        if answer is None or answer.get_statuscode() != "200" or not _is_address(url):
            return None
        content_type = answer.get_header("Content-Type") or ""
        if content_type.partition(";")[0].strip().lower() not in _HTML_TYPES:
            return None
        body = record.content_stream().read(self.max_body_bytes + 1)
        if len(body) > self.max_body_bytes:
            return None
        if record.raw_stream.limit > 0:  # less came than the record says it has
            raise EOFError("the file ends within a record")
        if not body:
            return None
        return Capture(
            url,
            Document(url, url, 200, body=body, content_type=content_type[:200]),
            _warc_date(record.rec_headers.get_header("WARC-Date") or ""),
        )


def open_archive(path: Path, *, max_body_bytes: int) -> Archive:
    """The archive at `path`: a WARC file by its name, a folder of HTML files, else a list of addresses, one a line.

    Raises ConfigError where there is nothing that can be read.
    """
    try:
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.suffix.lower() in _PAGE_SUFFIXES and file.is_file())
            if not files:
                raise ConfigError(f"{path} holds no HTML file.", code="bad_archive")
            return Archive(path, max_body_bytes, sum(file.stat().st_size for file in files), _files=files)
        with path.open("rb"):
            return Archive(path, max_body_bytes, path.stat().st_size)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", code="bad_archive") from None


def _canonical_url(body: bytes) -> str:
    found = _CANONICAL.search(body[:_HEAD_BYTES])
    url = unescape(found[1].decode(errors="replace")) if found else ""
    return url if _is_address(url) else ""


def _is_address(url: str) -> bool:
    if len(url) > MAX_URL_CHARS or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _warc_date(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
