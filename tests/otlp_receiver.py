"""A collector of OpenTelemetry traces on loopback that keeps what it is sent."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """`spans` as they came, each with its attributes as a dict."""

    url: str = ""
    spans: list[tuple[Any, dict[str, str]]] = field(default_factory=list)

    def named(self, name: str) -> list[tuple[Any, dict[str, str]]]:
        """The spans of a name."""
        return [(span, attributes) for span, attributes in self.spans if span.name == name]


@contextlib.contextmanager
def running_receiver() -> Iterator[Receiver]:
    """A receiver at its `url` until the end of the block."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = ExportTraceServiceRequest.FromString(body)
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        receiver.spans.append((span, {a.key: a.value.string_value for a in span.attributes}))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/v1/traces"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
