"""Which body a scraper gets."""

import pytest

from exporter.web.negotiation import choose, wants_gzip, wants_openmetrics
from tests.support.site import exposition

PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "openmetrics"),
    [
        ("", False),
        ("*/*", False),
        (BROWSER, False),
        (PROMETHEUS_2, True),
        (PROMETHEUS_3, True),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text; Version=1.0.0", True),
        ('application/openmetrics-text; version="1.0.0"', True),
        ("application/openmetrics-text, */*", True),
        ("text/plain, application/openmetrics-text", True),
        ("application/openmetrics-text;q=0.5, text/plain", False),
        ("application/openmetrics-text;q=0.5, text/*", False),
        ("application/openmetrics-text;q=0.5, */*", False),
        ("application/openmetrics-text;q=0, text/plain", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text; version=0.0.1", False),
        ("application/openmetrics-text; version=2.0.0", False),
        ("application/openmetrics-text; version=x.y, text/plain; version=z", False),
        ("application/openmetrics-text;q=nan", False),
        ("application/openmetrics-text;q=7", False),
        ("application/json", False),
        (";;,,=;q", False),
    ],
)
def test_openmetrics_is_sent_to_who_wants_it(accept, openmetrics):
    assert wants_openmetrics(accept) is openmetrics


@pytest.mark.parametrize(
    ("accept_encoding", "gzip"),
    [
        ("", False),
        ("gzip", True),
        ("x-gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br", True),
        ("deflate, br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("gzip; q=0.1", True),
        ("*", True),
        ("*;q=0", False),
        ("*;q=0, gzip", True),
        ("identity", False),
        ("identity;q=0.5, gzip;q=0.2", False),
        ("identity;q=0.2, gzip;q=0.5", True),
        ("identity;q=0", False),
        ("gzip;q=much", False),
        ("gzipped", False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(accept_encoding, gzip):
    assert wants_gzip(accept_encoding) is gzip


def test_each_of_the_four_bodies_is_named_as_what_it_is():
    bodies = exposition()
    text, openmetrics = (
        "text/plain; version=0.0.4; charset=utf-8",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
    )
    assert choose(bodies, "", "") == (bodies.text, text, "")
    assert choose(bodies, "", "gzip") == (bodies.text_gzip, text, "gzip")
    assert choose(bodies, PROMETHEUS_3, "") == (bodies.openmetrics, openmetrics, "")
    assert choose(bodies, PROMETHEUS_3, "gzip") == (bodies.openmetrics_gzip, openmetrics, "gzip")
