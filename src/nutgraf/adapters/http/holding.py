"""Where a body is kept while it comes in: large ones in memory of their own, which goes back to the system at once."""

from __future__ import annotations

import io
import mmap

OWN_MEMORY_FROM_BYTES = 128 * 1024


class HeldBytes:
    """Bytes written one after the other, up to `max_bytes`.

    malloc keeps much of what large buffers leave between smaller ones: ten bodies of 10 MB took 60 MB for good. A
    mapping takes only the pages that are written to, and all of them end with it.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._size_bytes = 0
        self._buffer: io.BytesIO | mmap.mmap = io.BytesIO()

    @property
    def size_bytes(self) -> int:
        """Bytes held."""
        return self._size_bytes

    def write(self, piece: bytes) -> None:
        """Keep one more piece. Raises ValueError beyond `max_bytes`, or when closed."""
        size_bytes = self._size_bytes + len(piece)
        if size_bytes > self._max_bytes:
            raise ValueError("more bytes than were to be held")
        if size_bytes > OWN_MEMORY_FROM_BYTES and isinstance(self._buffer, io.BytesIO):
            mapping = mmap.mmap(-1, self._max_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            mapping.write(self._buffer.getbuffer())
            self._buffer = mapping
        self._buffer.write(piece)
        self._size_bytes = size_bytes

    def value(self) -> bytes:
        """All of it."""
        if isinstance(self._buffer, io.BytesIO):
            return self._buffer.getvalue()
        return self._buffer[: self._size_bytes]

    def close(self) -> None:
        """Let go of it. Idempotent."""
        self._buffer.close()
