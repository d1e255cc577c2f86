"""The landing page: what it says, and how a real browser shows it."""

import html
import json
import re
from html.parser import HTMLParser

import pytest
import requests

from exporter import __version__
from exporter.errors import Reason
from exporter.web.config import WebConfig
from exporter.web.landing import State, overall, page
from exporter.web.pages import create_app
from exporter.web.server import Server
from tests.support.chromium import look
from tests.support.site import NOW, Pages, served, source

HOSTILE = "\"'><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"><b>{{ 7*7 }}"
UP, FAILING, STALE, UNTRIED = State.UP, State.FAILING, State.STALE, State.UNTRIED


class Document(HTMLParser):
    """The elements with their attributes, the text, and the cells of each row."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.rows, self.text = [], [], ""
        self._hidden = self._after = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._hidden = tag == "style"
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._space(tag)

    def handle_endtag(self, tag):
        self._hidden = False
        self._after = self._after or tag == "table"
        self._space(tag)

    def _space(self, tag):
        """What the style sheet sets on a line of its own is a word of its own."""
        if tag in ("span", "time", "code") and self.rows and self.rows[-1]:
            self.rows[-1][-1] += " "

    def handle_data(self, data):
        if not self._hidden:
            self.text += data
        if self.rows and self.rows[-1] and not self._after:
            self.rows[-1][-1] += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def shown(*sources):
    return Document(page(sources, NOW, "nonce"))


def row(one):
    """The cells of the only source, by the heads of their columns."""
    head, cells = shown(one).rows
    return {name.strip(): " ".join(cell.split()) for name, cell in zip(head, cells, strict=True)}


def test_a_source_that_is_up():
    assert row(source("acme")) == {
        "Source": "acme github every 60 seconds",
        "State": "● up",
        "Last success": "12 seconds ago 2025-12-03 09:59:48 UTC",
        "Next poll": "in 48 seconds 2025-12-03 10:00:48 UTC",
        "Last error": "none",
        "Polls": "120",
        "Failures": "0",
    }


def test_a_source_that_fails():
    cells = row(
        source(up=False, error="timeout", error_detail="no answer", failures={"timeout": 3, "rejected": 2, "ledger": 0})
    )
    assert cells["State"] == "▲ failing the last good values are still published"
    assert cells["Last error"] == "timeout no answer"
    assert cells["Failures"] == "5 2 × rejected 3 × timeout"


def test_a_source_that_never_succeeded():
    cells = row(source(up=False, error="unauthorized", last_success_at=None))
    assert cells["State"] == "▲ failing nothing to publish yet"
    assert cells["Last success"] == "never"


@pytest.mark.parametrize("up", [True, False])
def test_a_source_whose_values_are_too_old(up):
    cells = row(source(up=up, last_success_at=NOW - 601))
    assert cells["State"] == "◆ stale no success for 10 minutes; its metrics are withdrawn"
    assert cells["Last success"] == "10 minutes ago 2025-12-03 09:49:59 UTC"


def test_a_source_that_was_not_tried_yet():
    cells = row(source(up=None, last_success_at=None, next_poll_at=None, polls=0))
    assert cells["State"] == "○ not tried yet nothing to publish yet"
    assert (cells["Last success"], cells["Next poll"], cells["Polls"]) == ("never", "not planned", "0")


def test_a_source_of_an_earlier_process_that_was_not_tried_yet():
    assert row(source(up=None))["State"] == "○ not tried yet the last good values are still published"
    withdrawn = row(source(up=None, last_success_at=NOW - 601))
    assert withdrawn["State"] == "○ not tried yet no success for 10 minutes; its metrics are withdrawn"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (0.4, "just now"),
        (1, "1 second ago"),
        (119.9, "119 seconds ago"),
        (120, "2 minutes ago"),
        (7199, "119 minutes ago"),
        (7200, "2 hours ago"),
        (172800, "2 days ago"),
        (40 * 86400, "40 days ago"),
    ],
)
def test_ages(seconds, words):
    assert row(source(last_success_at=NOW - seconds, max_age=1e9))["Last success"].startswith(words)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3600, "in 60 minutes"), (1, "in 1 second"), (0.2, "now"), (-0.9, "now"), (-5, "due 5 seconds ago")],
)
def test_the_next_poll(seconds, words):
    assert row(source(next_poll_at=NOW + seconds))["Next poll"].startswith(words + " 2025")


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ([], ("No sources are configured", UNTRIED)),
        ([UP], ("The only source is up", UP)),
        ([UP] * 3, ("All 3 sources are up", UP)),
        ([UP, UNTRIED], ("1 of 2 sources is not tried yet", UNTRIED)),
        ([UNTRIED] * 2, ("All 2 sources are not tried yet", UNTRIED)),
        ([FAILING], ("The only source is failing", FAILING)),
        ([UP, FAILING, UNTRIED], ("1 of 3 sources is failing", FAILING)),
        ([UP, FAILING, FAILING], ("2 of 3 sources are failing", FAILING)),
        ([FAILING, FAILING], ("All 2 sources are failing", FAILING)),
        ([UP, STALE], ("1 of 2 sources is stale", STALE)),
        ([STALE, FAILING, UP], ("2 of 3 sources are failing or stale", FAILING)),
    ],
)
def test_the_verdict(states, verdict):
    assert overall(states) == verdict


def test_the_troubled_sources_are_linked_from_the_verdict():
    document = shown(source("a"), source("b", up=False), source("c", last_success_at=0.0))
    links = [one["href"] for one in document.all("a") if one["href"].startswith("#")]
    assert links == ["#source-2", "#source-3"]
    assert [one["id"] for one in document.all("tr") if "id" in one] == ["source-1", "source-2", "source-3"]


def test_without_sources_the_page_says_what_to_do():
    document = shown()
    assert "Name some under sources in the configuration file." in document.text
    assert not document.all("table")


def test_what_stands_around_the_table():
    document = shown(source())
    assert f"ORCHEX-KILO exporter version {__version__}" in document.text
    assert [one["href"] for one in document.all("a")] == ["/metrics", "/-/healthy", "/-/ready"]
    assert ("html", {"lang": "en"}) in document.elements
    assert "As of 2025-12-03 10:00:00 UTC" in document.text


def test_the_table_is_one_for_screen_readers_too():
    document = shown(source(), source("ci"))
    assert len(document.all("caption")) == 1
    assert [one["scope"] for one in document.all("th")] == ["col"] * 7 + ["row"] * 2
    # The narrow form lays the table out as cards: the roles keep it a table.
    assert {one["role"] for one in document.all("td")} == {"cell"}
    assert {one["role"] for one in document.all("tr")} == {"row"}
    assert [one["role"] for one in document.all("table")] == ["table"]
    assert [one["data-label"] for one in document.all("td")][:6] == [head.strip() for head in document.rows[0][1:]]


def test_every_moment_is_given_for_machines_too():
    moments = [one["datetime"] for one in shown(source()).all("time")]
    assert moments == ["2025-12-03T09:59:48Z", "2025-12-03T10:00:48Z", "2025-12-03T10:00:00Z"]


def test_nothing_is_loaded_and_nothing_runs():
    document = shown(
        source(HOSTILE, kind=HOSTILE, up=False, error=HOSTILE, error_detail=HOSTILE, failures={HOSTILE: 1})
    )
    tags = {tag for tag, _ in document.elements}
    assert not tags & {"script", "img", "link", "iframe", "object", "form", "base", "b"}
    assert not [one for _, one in document.elements if "src" in one or any(name.startswith("on") for name in one)]
    assert [one.get("http-equiv") for one in document.all("meta")] == [None] * 3
    assert document.text.count(HOSTILE) == 6


def test_the_style_is_allowed_by_a_new_nonce_each_time():
    nonces = set()
    with served(Pages(source())) as base:
        for _ in range(2):
            answer = requests.get(base, timeout=10)
            [nonce] = re.findall(r"style-src 'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
            assert f'<style nonce="{nonce}">' in answer.text
            nonces.add(nonce)
    assert len(nonces) == 2


def test_a_browser_shows_hostile_words_as_words_and_asks_for_nothing_else(tmp_path):
    asked = []
    site = Pages(source(HOSTILE, up=False, error=HOSTILE, error_detail=HOSTILE), source("well"))
    app = create_app(site, web_config=WebConfig(None), enable_lifecycle=False)

    async def noting(scope, receive, send):
        asked.append(scope["path"])
        await app(scope, receive, send)

    server = Server(noting, listen_address="127.0.0.1:0")
    base = server.start()
    try:
        seen = look(base, tmp_path)
    finally:
        server.stop()
    assert set(asked) - {"/favicon.ico"} == {"/"}
    assert "<title>1 of 2 sources is failing · ORCHEX-KILO exporter</title>" in seen.dom
    document = Document(seen.dom)
    assert not document.all("img")
    assert not document.all("script")
    assert document.text.count(HOSTILE) == 4
    assert "Content Security Policy" not in seen.console, "the style is not allowed, or something else was tried"


MEASURE = """
const luminance = colour => {
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const [r, g, b] = colour.match(/[\\d.]+/g).map(v => linear(v / 255));
  return .2126 * r + .7152 * g + .0722 * b;
};
const ground = element => {
  for (let e = element; e; e = e.parentElement) {
    const colour = getComputedStyle(e).backgroundColor;
    if (colour !== 'rgba(0, 0, 0, 0)') return colour;
  }
};
const contrast = element => {
  const [a, b] = [getComputedStyle(element).color, ground(element)].map(luminance);
  return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
};
const written = element => [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
onload = () => {
  const measured = [...document.querySelectorAll('iframe')].map(frame => {
    const root = frame.contentDocument.documentElement;
    const texts = [...frame.contentDocument.body.querySelectorAll('*')].filter(written);
    const boxes = texts.map(e => e.getBoundingClientRect()).filter(b => b.width > 1);
    return {
      width: root.clientWidth, scrolls: root.scrollWidth, ground: ground(root.querySelector('body')),
      right: Math.max(...boxes.map(b => b.right)), contrast: Math.min(...texts.map(contrast)), texts: texts.length,
      smallest: Math.min(...texts.map(e => parseFloat(getComputedStyle(e).fontSize))),
    };
  });
  document.body.replaceChildren(Object.assign(document.createElement('pre'), {textContent: JSON.stringify(measured)}));
};
"""
WIDTHS = (320, 360, 700, 1232, 1233, 1280, 1920)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_shows_all_of_it_legibly_at_every_width(tmp_path, dark):
    """Measured in frames of these widths, each of which is a window of its own to the page."""
    everything = dict.fromkeys(Reason, 10**5)
    wordy = {
        "error": Reason.SECRET_UNREADABLE,
        "error_detail": "https://x.example/" + "y" * 200,
        "failures": everything,
    }
    sources = [
        source("a" * 63, kind="buildbot", up=False, polls=10**6, **wordy),
        source("a_" * 30, last_success_at=NOW - 10**6, up=False, **wordy),
        source("new", up=None, last_success_at=None),
        source("well"),
    ]
    content = html.escape(page(sources, NOW, "nonce"))
    frames = "".join(
        f'<iframe width="{width}" height="800" style="border:0" srcdoc="{content}"></iframe>' for width in WIDTHS
    )
    file = tmp_path / "frames.html"
    file.write_text(f"<!doctype html><meta charset=utf-8><script>{MEASURE}</script>{frames}")
    dom = look(file.as_uri(), tmp_path, dark=dark).dom
    measured = json.loads(re.search(r"<pre>(\[.*\])</pre>", dom)[1])
    assert [frame["width"] for frame in measured] == list(WIDTHS)
    for frame in measured:
        assert frame["scrolls"] <= frame["width"], "it must not scroll sideways"
        assert frame["right"] <= frame["width"], "no text may stand outside the window"
        assert frame["contrast"] >= 4.5, "WCAG 2 AA"
        assert frame["smallest"] >= 13
        assert frame["texts"] > 50
        assert frame["ground"] == ("rgb(18, 21, 27)" if dark else "rgb(246, 247, 249)")
