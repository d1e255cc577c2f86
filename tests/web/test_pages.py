"""The routes, over real sockets."""

import re
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from exporter.status.shape import Status
from tests.support import world
from tests.support.site import Pages, exposition, served, source
from tests.support.waiting import until
from tests.web.reader import read

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def site():
    return Pages(source("acme"), source("ci", kind="buildbot"))


@pytest.fixture
def base(site):
    with served(site) as address:
        yield address


def get(url, **options):
    return requests.get(url, timeout=10, **options)


def lines(answer):
    return answer.text.splitlines()


@pytest.mark.parametrize(
    ("accept", "body", "content_type"),
    [
        ("*/*", "orchex_kilo_test 1\n", "text/plain; version=0.0.4; charset=utf-8"),
        (OPENMETRICS, "orchex_kilo_test 1.0\n# EOF\n", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_metrics_are_negotiated(base, accept, body, content_type, encoding):
    answer = get(f"{base}/metrics", headers={"Accept": accept, "Accept-Encoding": encoding})
    assert (answer.status_code, answer.text) == (200, body)
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers.get("Content-Encoding", "identity") == encoding
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"
    assert "server" not in answer.headers


def test_the_length_is_that_of_the_bytes_that_are_sent(base, site):
    site.published = exposition(lines=1000)
    for encoding, body in (("gzip", site.published.text_gzip), ("identity", site.published.text)):
        answer = get(f"{base}/metrics", headers={"Accept-Encoding": encoding}, stream=True)
        assert answer.raw.read(decode_content=False) == body
        assert answer.headers["Content-Length"] == str(len(body))


def test_several_headers_of_one_name_count_as_one_list(base):
    place = urlsplit(base)
    request = f"GET /metrics HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n"
    request += f"Accept: text/html\r\nAccept: {OPENMETRICS}\r\nAccept-Encoding: br\r\nAccept-Encoding: gzip\r\n\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"content-type: application/openmetrics-text" in answer
    assert b"content-encoding: gzip" in answer


def test_a_name_filter_is_passed_over(base):
    assert get(f"{base}/metrics?name[]=other").text == "orchex_kilo_test 1\n"


@pytest.mark.parametrize("path", ["/metrics", "/", "/api/v1/status", "/-/healthy", "/-/ready"])
def test_head_says_the_same_without_a_body(base, path):
    head, full = requests.head(base + path, timeout=10), get(base + path)
    assert (head.status_code, head.content) == (full.status_code, b"")
    assert head.headers["Content-Type"] == full.headers["Content-Type"]
    if path != "/metrics":
        assert head.headers["Content-Length"] == full.headers["Content-Length"]


def test_scrapes_are_told_with_what_was_sent(base, site):
    assert get(f"{base}/metrics", headers={"Accept-Encoding": "identity"}).ok
    until(lambda: site.scrapes, "the scrape is counted")
    requests.head(f"{base}/metrics", timeout=10)
    get(base)
    assert get(f"{base}/metrics", headers={"Accept-Encoding": "gzip"}).ok
    until(lambda: len(site.scrapes) == 2, "the second scrape is counted, the HEAD and the page are not")
    assert [size for _, size in site.scrapes] == [len(site.published.text), len(site.published.text_gzip)]
    assert all(0 < seconds < 5 for seconds, _ in site.scrapes)


def test_twenty_scrapers_only_ever_see_whole_expositions(base, site):
    generations = [exposition(str(number), lines=2000) for number in range(20)]
    whole = {one.text for one in generations} | {one.openmetrics for one in generations}
    site.published = generations[0]
    done = threading.Event()

    def swap():
        while not done.is_set():
            for one in generations:
                site.published = one

    def scrape(number):
        accept = OPENMETRICS if number % 2 else "text/plain"
        with requests.Session() as session:
            return {session.get(f"{base}/metrics", headers={"Accept": accept}, timeout=20).content for _ in range(10)}

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        with ThreadPoolExecutor(20) as pool:
            seen = set().union(*pool.map(scrape, range(20)))
    finally:
        done.set()
        swapper.join()
    assert seen <= whole
    assert len(seen) > 1


def test_the_status_is_the_document_of_what_is_published(base, site):
    site.snapshot = world.snapshot()
    answer = get(f"{base}/api/v1/status")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json()["taken_at"] == "2025-06-15T15:06:40Z"
    assert Status.model_validate(answer.json()) == site.status()


def test_the_scorecard_is_the_page_of_what_is_published(base, site):
    site.snapshot = world.snapshot()
    document = read(get(base).text)
    assert document.at("verdict").text.startswith("▲ A2K is degraded, 2 of 3 error budgets are spent")
    assert document.row("The twelve", "System uptime")["Value"] == "99.98% from 75% of its scope"


def test_the_scorecards_style_is_allowed_by_a_new_nonce_each_time(base):
    nonces = set()
    for _ in range(2):
        answer = get(base)
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert policy[:-1] == ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        [nonce] = re.findall("^style-src 'nonce-([^']+)'$", policy[-1])
        assert f'<style nonce="{nonce}">' in answer.text
        nonces.add(nonce)
    assert len(nonces) == 2


@pytest.mark.parametrize("query", ["", "?team=", "?team=&team=", "?other=web"])
def test_without_a_team_all_is_shown(base, site, query):
    site.snapshot = world.snapshot()
    answer = get(f"{base}/{query}")
    assert answer.status_code == 200
    assert "You see team" not in answer.text


@pytest.mark.parametrize("query", ["?team=web", "?team=web&team=web", "?team=&team=web"])
def test_a_team_is_asked_for(base, site, query):
    site.snapshot = world.snapshot()
    assert read(get(f"{base}/{query}").text).at("team-title").text == "Team web"


@pytest.mark.parametrize("name", ["Web", "nobody", "<b>", "web%00"])
def test_a_team_that_there_is_not(base, site, name):
    site.snapshot = world.snapshot()
    answer = get(f"{base}/?team={name}")
    said = "there is no such team; / shows all, ?team= one of: web, unassigned\n"
    assert (answer.status_code, answer.text) == (404, said)
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_team_where_there_are_none(base):
    answer = get(f"{base}/?team=web")
    said = "there is no such team: none is configured; / shows all repositories\n"
    assert (answer.status_code, answer.text) == (404, said)


def test_two_teams_at_once(base, site):
    site.snapshot = world.snapshot()
    answer = get(f"{base}/?team=web&team=unassigned")
    assert (answer.status_code, answer.text) == (400, "one team at a time, or none for all\n")


def test_healthy_whatever_the_sources_do(base, site):
    site.sources_now = [source(up=False, error="timeout")]
    answer = get(f"{base}/-/healthy")
    assert (answer.status_code, answer.text) == (200, "healthy\n")


def test_not_ready_until_each_source_was_tried(base, site):
    site.sources_now = [source("acme", up=None), source("ci"), source("kilo", up=None)]
    answer = get(f"{base}/-/ready")
    assert answer.status_code == 503
    assert lines(answer) == ["not ready: 2 of 3 sources not polled yet:", "acme", "kilo"]
    assert answer.headers["Content-Type"].startswith("text/plain")
    site.sources_now = [source("acme", up=False, error="timeout"), source("ci"), source("kilo")]
    assert (get(f"{base}/-/ready").status_code, get(f"{base}/-/ready").text) == (200, "ready\n")


def test_a_source_that_a_reload_adds_is_not_waited_for(base, site):
    assert get(f"{base}/-/ready").status_code == 200
    site.sources_now = [source("acme"), source("new", up=None)]
    assert get(f"{base}/-/ready").status_code == 200


def test_not_ready_when_all_sources_failed(base, site):
    hostile = "line one\nline two\r\n\tand three"
    site.sources_now = [
        source("acme", up=False, error="unauthorized", error_detail="401; check the token"),
        source("ci", up=False, error="timeout", error_detail=hostile),
    ]
    answer = get(f"{base}/-/ready")
    assert answer.status_code == 503
    assert lines(answer) == [
        "not ready: all sources failed:",
        "acme: unauthorized: 401; check the token",
        "ci: timeout: line one line two and three",
    ]
    site.sources_now = [site.sources_now[0], source("ci")]
    assert get(f"{base}/-/ready").status_code == 200


def test_ready_without_any_source(base, site):
    site.sources_now = []
    assert get(f"{base}/-/ready").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_reload_is_off_unless_enabled(base, site, method):
    answer = requests.request(method, f"{base}/-/reload", timeout=10)
    assert answer.status_code == 403
    assert "--web.enable-lifecycle" in answer.text
    assert site.reloads == 0


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_reload(site, method):
    with served(site, lifecycle=True) as base:
        answer = requests.request(method, f"{base}/-/reload", timeout=10)
        assert (answer.status_code, answer.text, site.reloads) == (200, "reloaded\n", 1)
        site.reloading = lambda: "config.yml:3: sources.ci.url: missing"
        answer = requests.request(method, f"{base}/-/reload", timeout=10)
        assert (answer.status_code, site.reloads) == (500, 2)
        assert answer.text == "not reloaded: config.yml:3: sources.ci.url: missing\n"


def test_a_slow_reload_keeps_no_scrape_waiting(site):
    entered, released = threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert released.wait(20)

    site.reloading = slow
    with served(site, lifecycle=True) as base, ThreadPoolExecutor(1) as pool:
        reloading = pool.submit(requests.post, f"{base}/-/reload", timeout=20)
        try:
            assert entered.wait(10)
            assert get(f"{base}/metrics").status_code == 200
            assert not reloading.done()
        finally:
            released.set()
        assert reloading.result(10).status_code == 200


def test_a_defect_is_answered_in_a_line_and_logged(base, site, caplog):
    site.snapshot = None
    answer = get(base)
    assert (answer.status_code, answer.text) == (500, "this is a defect of the exporter; its log says more\n")
    until(lambda: "AttributeError" in caplog.text, "the defect is in the log")
    assert get(f"{base}/metrics").status_code == 200


@pytest.mark.parametrize("path", ["/nothing", "/metrics/", "/-/", "//", "/../etc/passwd"])
def test_unknown_pages(base, path):
    answer = get(base + path, allow_redirects=False)
    assert (answer.status_code, answer.text) == (404, "there is no such page; / lists them\n")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/metrics", "GET, HEAD"),
        ("POST", "/api/v1/status", "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
        ("GET", "/-/reload", "POST, PUT"),
    ],
)
def test_unknown_methods(base, method, path, allowed):
    answer = requests.request(method, base + path, timeout=10)
    assert (answer.status_code, answer.headers["Allow"], answer.text) == (405, allowed, f"use {allowed}\n")


def test_the_browser_finds_no_icon(base):
    answer = get(f"{base}/favicon.ico")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/status", "/-/healthy", "/nothing"])
def test_every_answer_carries_the_security_headers(base, path):
    headers = get(base + path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
