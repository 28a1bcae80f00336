"""A press of several hosts that notes how it is asked; run as a program, so that it can stand in a network of its own.

    python counting_press.py REPORT PORT PAGES ADDRESS…

Each host has any number of feeds (`/feed/N`) of PAGES articles. The report, a JSON file written anew once a second,
has of each host: requests, the most at once, and the shortest pause between two in seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from aiohttp import web

ANSWER_AFTER_S = 0.03


@dataclass
class HostNotes:
    """How one host was asked."""

    requests: int = 0
    present: int = 0
    most_at_once: int = 0
    ended_at_s: float | None = None
    shortest_pause_s: float | None = None


notes: dict[str, HostNotes] = defaultdict(HostNotes)


@web.middleware
async def noting(request: web.Request, handler: object) -> web.StreamResponse:
    host = notes[request.host]
    host.requests += 1
    host.present += 1
    host.most_at_once = max(host.most_at_once, host.present)
    if host.ended_at_s is not None:
        pause_s = time.monotonic() - host.ended_at_s
        host.shortest_pause_s = pause_s if host.shortest_pause_s is None else min(pause_s, host.shortest_pause_s)
    try:
        await asyncio.sleep(ANSWER_AFTER_S)
        return await handler(request)  # type: ignore[operator, no-any-return]
    finally:
        host.present -= 1
        host.ended_at_s = time.monotonic()


async def feed(request: web.Request) -> web.Response:
    number, pages = request.match_info["number"], request.app["pages"]
    items = "".join(
        f"<item><title>Ferry {number}.{page} returns</title><link>http://{request.host}/news/{number}-{page}</link></item>"
        for page in range(pages)
    )
    text = f"<rss version='2.0'><channel><title>Post of {request.host} {number}</title>{items}</channel></rss>"
    return web.Response(text=text, content_type="application/rss+xml")


async def page(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    place = f"{request.host.replace('.', ' ').replace(':', ' ')} {name}"
    body = "".join(
        f"<p>The ferry number {number} of {place} will run again on day {number} of May, the council of {name} "
        f"decided on Monday by {number + 3} votes to {number}. The harbour master, Ann Miller, said that {number * 40} "
        "people had asked for it.</p>"
        for number in range(1, 5)
    )
    html = f"<html><title>Ferry {place}</title><body><article><h1>Ferry {place}</h1>{body}</article></body>"
    return web.Response(text=html, content_type="text/html")


async def write_reports(path: Path) -> None:
    last = ""
    while True:
        text = json.dumps({host: asdict(of_host) for host, of_host in notes.items()})
        if text != last:
            path.with_suffix(".partial").write_text(text, encoding="utf-8")
            path.with_suffix(".partial").replace(path)
            last = text
        await asyncio.sleep(1)


async def serve(report: Path, port: int, pages: int, addresses: list[str]) -> None:
    app = web.Application(middlewares=[noting])  # type: ignore[list-item]
    app["pages"] = pages
    app.router.add_get("/feed/{number}", feed)
    app.router.add_get("/news/{name}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    for address in addresses:
        await web.TCPSite(runner, address, port).start()
    await write_reports(report)


if __name__ == "__main__":
    report_name, port_text, pages_text, *found = sys.argv[1:]
    asyncio.run(serve(Path(report_name), int(port_text), int(pages_text), found))
