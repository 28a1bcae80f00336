"""Make the app's icons from favicon.svg with Chromium: python tools/app_icons.py"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).parents[1] / "src" / "nutgraf" / "web" / "static"
ICONS = {"icon-192.png": (192, False), "icon-512.png": (512, False), "icon-maskable.png": (512, True)}
"""By file: the side in pixels, and whether it fills its square for launchers that cut their own shape out of it."""


def page_of(drawing: str, *, is_maskable: bool) -> str:
    """A page of nothing but the icon; a maskable one is the drawing at 80% on its own ground."""
    ground, inset = ("#8f1d2c", "10%") if is_maskable else ("transparent", "0")
    style = f"margin:0;background:{ground}"
    return f'<body style="{style}"><div style="position:fixed;inset:{inset};line-height:0">{drawing}</div></body>'


def main() -> int:
    """Write every icon; 1 where there is no browser."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        print("no Chromium on this machine", file=sys.stderr)
        return 1
    drawing = (STATIC / "favicon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for name, (side_px, is_maskable) in ICONS.items():
            page = browser.new_page(viewport={"width": side_px, "height": side_px})
            page.set_content(page_of(drawing, is_maskable=is_maskable))
            page.screenshot(path=STATIC / name, omit_background=True)
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
