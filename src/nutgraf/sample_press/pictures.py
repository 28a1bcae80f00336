"""Lead pictures and logos, drawn as SVG from a slug and a colour: the same slug gives the same picture."""

from __future__ import annotations

import hashlib
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 1200, 675
_RIDGES = 4
_RIDGE_POINTS = 9


def draw_lead_picture(slug: str, accent: str, description: str) -> str:
    """A quiet landscape of ridges under a sun, 1200 by 675, titled with `description`."""
    dice = hashlib.sha256(slug.encode()).digest()
    sun_x, sun_y, sun_radius = 150 + dice[0] * 3.5, 110 + dice[1] * 0.5, 45 + dice[2] % 50
    ridges = "".join(
        f'<path d="{_ridge(dice[4 + index * 6 :], index)}" fill="{accent}" fill-opacity="{0.25 + index * 0.22:.2f}"/>'
        for index in range(_RIDGES)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img"><title>{escape(description)}</title>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#f3eee4"/>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{accent}" fill-opacity="0.12"/>'
        f'<circle cx="{sun_x:.0f}" cy="{sun_y:.0f}" r="{sun_radius}" fill="#f7c873"/>{ridges}</svg>\n'
    )


def draw_logo(name: str, accent: str) -> str:
    """A square tile with the first letter of the publisher's name, its article left out."""
    letter = name.removeprefix("The ")[:1]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64" role="img">'
        f'<title>{escape(name)}</title><rect width="64" height="64" rx="10" fill="{accent}"/>'
        '<text x="32" y="45" font-family="Georgia, serif" font-size="38" fill="#fff" text-anchor="middle">'
        f"{escape(letter)}</text></svg>\n"
    )


def _ridge(dice: bytes, index: int) -> str:
    base = 300 + index * 95
    step = _WIDTH / (_RIDGE_POINTS - 1)
    heights = [base - dice[point % len(dice)] % 120 for point in range(_RIDGE_POINTS)]
    points = [f"{point * step:.0f} {height}" for point, height in enumerate(heights)]
    return f"M0 {_HEIGHT} L{' L'.join(points)} L{_WIDTH} {_HEIGHT} Z"
