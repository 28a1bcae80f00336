"""Decoding a response body piece by piece, so that neither its size nor its compression can surprise."""

from __future__ import annotations

import io
import zlib

from nutgraf.errors import FetchError, TooLarge

ACCEPT_ENCODING = "gzip, deflate"  # what is decoded here, and nothing else
PIECE_BYTES = 64 * 1024
RATIO_FROM_BYTES = 1_000_000
MAX_MEMBERS = 64  # concatenated gzip members; each costs a copy of what is left of the chunk
_GZIP_MAGIC = b"\x1f\x8b"


class BodyBuffer:
    """Takes the body as it comes from the wire, keeps it decoded, and stops at the limits.

    `content_encoding` is the header's value. `max_ratio` (decoded to received bytes) counts from 1 MB decoded.
    With `truncate` the body is cut at `max_bytes` instead of refused, and `is_full` tells that no more is wanted.
    """

    def __init__(self, *, content_encoding: str, max_bytes: int, max_ratio: int, url: str, truncate: bool = False):
        self._encoding = content_encoding.strip().lower().removeprefix("x-") or "identity"
        if self._encoding not in ("identity", "gzip", "deflate"):
            message = f"The server sent the content encoding “{self._encoding[:40]}”, which was not asked for."
            raise FetchError(message, url=url, code="unsupported_encoding", retryable=False)
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self._url = url
        self._truncate = truncate
        self._decoded = io.BytesIO()
        self._received_bytes = 0
        self._members = 0
        self._head = b""
        self._inflate: zlib._Decompress | None = None

    @property
    def size_bytes(self) -> int:
        """Decoded bytes held."""
        return self._decoded.tell()

    @property
    def is_full(self) -> bool:
        """Whether a truncated body has reached its limit."""
        return self._truncate and self.size_bytes >= self._max_bytes

    def expect(self, content_length_bytes: int | None) -> None:
        """Refuse at once what announces itself as too large. Raises TooLarge."""
        if content_length_bytes is not None and content_length_bytes > self._max_bytes and not self._truncate:
            raise self._too_large()

    def feed(self, chunk: bytes) -> None:
        """Take what the wire brought. Raises TooLarge, or FetchError where it cannot be decoded."""
        self._received_bytes += len(chunk)
        if self._encoding == "identity":
            self._keep(chunk)
            return
        try:
            self._feed_compressed(chunk)
        except zlib.error as exc:
            message = f"The server's {self._encoding} compression is broken."
            raise FetchError(message, url=self._url, code="bad_encoding") from exc

    def finish(self) -> bytes:
        """The whole decoded body. Raises FetchError where compressed data ended too early."""
        unfinished = self._inflate is not None and not self._inflate.eof
        if (unfinished or (self._head and not self._members)) and not self.is_full:
            raise incomplete(self._url)
        return self._decoded.getvalue()

    def close(self) -> None:
        """Let go of what was kept."""
        self._decoded.close()

    def _feed_compressed(self, chunk: bytes) -> None:
        data = self._head + chunk
        self._head = b""
        while data and not self.is_full:
            if self._inflate is None or self._inflate.eof:
                if len(data) < 2:  # one byte does not tell what follows
                    self._head = data
                    return
                if not self._start_member(data):
                    return
            assert self._inflate
            self._keep(self._inflate.decompress(data, PIECE_BYTES))
            data = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail

    def _start_member(self, data: bytes) -> bool:
        """Begin decoding at `data`; False where a finished stream is followed by something else, which is ignored."""
        if self._members and not (self._encoding == "gzip" and data.startswith(_GZIP_MAGIC)):
            return False
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise TooLarge("The compressed body has too many parts.", url=self._url, code="compression_bomb")
        if self._encoding == "gzip":
            window_bits = 16 + zlib.MAX_WBITS
        else:  # "deflate" is the zlib format (RFC 9110 8.4.1.2), but many servers send it raw
            has_zlib_header = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
            window_bits = zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS
        self._inflate = zlib.decompressobj(window_bits)
        return True

    def _keep(self, piece: bytes) -> None:
        size_bytes = self.size_bytes + len(piece)
        if size_bytes > self._max_bytes:
            if not self._truncate:
                raise self._too_large()
            piece = piece[: self._max_bytes - self.size_bytes]
        if size_bytes > RATIO_FROM_BYTES and size_bytes > self._max_ratio * self._received_bytes:
            message = f"The document is compressed more than {self._max_ratio} times, as only attacks are."
            raise TooLarge(message, url=self._url, code="compression_bomb")
        self._decoded.write(piece)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The document is larger than {self._max_bytes:,} bytes.", url=self._url)


def incomplete(url: str) -> FetchError:
    """The error for a body that ended before it was complete."""
    return FetchError("The server ended the document before it was complete.", url=url, code="incomplete_body")
