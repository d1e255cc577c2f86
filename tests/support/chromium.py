"""Debian's Chromium, headless, as a user would have it: what it shows, what it complains of, what it asks for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, sync_playwright

Scheme = Literal["light", "dark"]
HEIGHT = 900
RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of those that look at colours; all others find the same in every scheme."""
_AXE = "rules => axe.run({runOnly: rules, resultTypes: ['violations'], preload: false})"
_OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  const shown = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().width > 1);
  const right = e => e.getBoundingClientRect().right;
  return {
    scrolls: document.documentElement.scrollWidth > wide,
    outside: shown.filter(e => right(e) > wide + .5).map(e => e.outerHTML.slice(0, 120)),
  };
}"""


@dataclass
class Window:
    """A window with a page in it. `said` is what it wrote to the console, `asked` every address it loaded."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def width(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def unfold(self) -> None:
        """Opens all that is folded away."""
        self.page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true; })")

    def overflow(self) -> list[str]:
        """What stands outside of the window to the right; nothing else may make it scroll either."""
        found = self.page.evaluate(_OVERFLOW)
        return [*found["outside"], *(["the page scrolls sideways"] if found["scrolls"] else [])]

    def violations(self, rules: Sequence[str] = RULES) -> list[str]:
        """What axe finds by these rules, a line for each place."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        found: Sequence[dict[str, Any]] = self.page.evaluate(_AXE, rules)["violations"]
        return [f"{rule['id']}: {node['target']}: {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; make a window in it for each look."""
    program = shutil.which("chromium")
    assert program, "these tests need Chromium; as root: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, *, width: int = 1280, scheme: Scheme = "light") -> Iterator[Window]:
    """A window without any past, that shows nothing yet."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)
    try:
        opened = Window(context.new_page())
        opened.page.on("console", lambda message: opened.said.append(message.text))
        opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.page.on("request", lambda request: opened.asked.append(request.url))
        yield opened
    finally:
        context.close()
