"""The page in a real Chromium: narrow and wide, light and dark, by keyboard, and by axe's rules."""

import pytest

from exporter.status.shape import Status
from tests.support.chromium import COLOURS, RULES, chromium, window
from tests.support.site import Pages, served
from tests.web import states
from tests.web.states import HOSTILE, WHOLE, with_remaining, worded

STATES = ("healthy", "incident", "half", "down", "empty")
NARROW, WIDE = 375, 1280
GROUNDS = {"light": "rgb(246, 247, 249)", "dark": "rgb(18, 21, 27)"}
FOCUSED = """() => {
  const e = document.activeElement;
  const name = e.tagName === 'SELECT' ? e.labels[0].textContent : e.textContent;
  return e === document.body ? null : [e.tagName.toLowerCase(), name.trim(), getComputedStyle(e).outlineStyle];
}"""


class Scorecards(Pages):
    """A site whose document is set by a test."""

    document: Status = WHOLE

    def status(self) -> Status:
        return self.document

    def now(self) -> float:
        return self.document.taken_at.timestamp()


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site():
    return Scorecards()


@pytest.fixture(scope="module")
def base(site):
    with served(site) as address:
        yield address


@pytest.mark.parametrize(("scheme", "rules"), [("light", RULES), ("dark", COLOURS)], ids=["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_a_page_that_everybody_can_read(browser, site, base, state, scheme, rules):
    site.document = getattr(states, state)()
    with window(browser, width=WIDE, scheme=scheme) as opened:
        opened.page.goto(base)
        opened.unfold()
        for width in (WIDE, NARROW):
            opened.width(width)
            assert opened.overflow() == []
            assert opened.violations(rules) == []
        assert opened.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == GROUNDS[scheme]
        assert opened.said == []
        assert set(opened.asked) <= {f"{base}/", f"{base}/favicon.ico"}


@pytest.mark.parametrize("words", [HOSTILE, "a_" * 60, "/" * 40 + "y" * 200], ids=["html", "name", "path"])
def test_other_peoples_words_stay_words_and_in_the_window(browser, site, base, words):
    site.document = worded(words, states.incident())
    with window(browser) as opened:
        opened.page.goto(base)
        opened.unfold()
        for width in (320, NARROW, 700, 960, 961, WIDE):
            opened.width(width)
            assert opened.overflow() == [], f"at a width of {width}"
        assert opened.page.title().endswith("ORCHEX-KILO migration")
        assert opened.page.locator("script, img").count() == 0
        assert opened.page.locator("#sources code").first.inner_text() == words
        assert opened.said == []


def test_a_team_is_chosen_by_keyboard_alone(browser, site, base):
    site.document = with_remaining(5)
    with window(browser) as opened:
        opened.page.goto(base)
        for key in ("Tab", "Tab", "w", "Tab", "Enter"):  # skip link, team, its first letter, button
            opened.page.keyboard.press(key)
        opened.page.wait_for_url(f"{base}/?team=web")
        assert opened.page.locator("#team-shown h2").inner_text() == "Team web"
        assert opened.page.locator("#team").input_value() == "web"
        assert opened.violations() == []
        assert opened.said == []


def test_the_keyboard_goes_through_the_page_in_order(browser, site, base):
    site.document = states.incident()
    with window(browser) as opened:
        opened.page.goto(base)
        seen = []
        for _ in range(60):
            opened.page.keyboard.press("Tab")
            found = opened.page.evaluate(FOCUSED)
            if found is None or (seen and found == seen[0]):
                break
            seen.append(found)
        names = [name for _, name, _ in seen]
        assert names[:4] == ["Skip to the status", "Team", "Show", "Now"]
        assert {outline for *_, outline in seen} == {"solid"}, "the focus is seen"
        folded = [name for tag, name, _ in seen if tag == "summary"]
        assert folded == ["Companions of the twelve", "Exit criteria of all phases", "6 below high"]
        order = ["K2A unhealthy", "Companions of the twelve", "web", "/metrics", "/-/ready"]
        assert [name for name in names if name in order] == order


def test_the_skip_link_leads_past_the_navigation(browser, site, base):
    site.document = states.incident()
    with window(browser) as opened:
        opened.page.goto(base)
        skip = opened.page.locator(".skip")
        opened.page.keyboard.press("Tab")
        assert skip.bounding_box()["y"] >= 0, "it is seen when it has the focus"
        opened.page.keyboard.press("Enter")
        opened.page.keyboard.press("Tab")
        assert opened.page.evaluate(FOCUSED)[1] == "K2A unhealthy"


def test_what_is_folded_away_opens_by_keyboard(browser, site, base):
    site.document = states.healthy()
    with window(browser, width=NARROW) as opened:
        opened.page.goto(base)
        folded = opened.page.locator("#criteria details table")
        assert not folded.is_visible()
        opened.page.locator("#criteria summary").focus()
        opened.page.keyboard.press("Enter")
        assert folded.is_visible()
