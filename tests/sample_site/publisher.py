"""A small publisher on loopback: a feed, a page that declares feeds, a page that declares none, and nothing else."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Quay Courier</title>
<link>http://127.0.0.1/</link><description>News</description>
<item><title>Crane sold</title><guid>1</guid><link>http://127.0.0.1/crane</link></item>
</channel></rss>"""

PAGE_WITH_FEEDS = b"""<!doctype html><html><head><title>Quay Courier</title>
<link rel="alternate" type="application/rss+xml" title="News" href="/feed.xml">
<link rel="alternate" type="application/atom+xml" title="Sport" href="/sport.xml">
</head><body><h1>Quay Courier</h1></body></html>"""

ANSWERS = {
    "/feed.xml": ("application/rss+xml", FEED),
    "/sport.xml": ("application/rss+xml", FEED),
    "/": ("text/html; charset=utf-8", PAGE_WITH_FEEDS),
    "/plain": ("text/html; charset=utf-8", b"<!doctype html><title>Plain</title><p>No feed here.</p>"),
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        media_type, body = ANSWERS.get(self.path, ("text/plain", b""))
        self.send_response(200 if self.path in ANSWERS else 404)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def publisher_server() -> Iterator[str]:
    """The publisher's address without a slash at the end, while it serves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
