"""Options of the suite, and its order."""

import pytest

LONGEST_FIRST = ("dashboards/test_data", "test_alerts", "test_journey", "test_kill", "test_demo", "e2e", "faults")
"""Files are given out in order, each to one of the processes: a long one at the end would run alone."""
AT_THE_END = "test_mutants"
"""That is good for what keeps every core busy by itself, and would disturb what runs beside it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden exposition anew")
    parser.addoption("--rounds", type=int, default=20, help="how often the crash tests kill the exporter")
    parser.addoption("--promtool", default="promtool", help="another promtool, for tests/alerts")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        path = item.path.as_posix()
        usual = len(LONGEST_FIRST) + (AT_THE_END in path)
        return next((place for place, part in enumerate(LONGEST_FIRST) if part in path), usual)

    items.sort(key=rank)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have to tell, whether they passed or not, and in whichever process they ran."""
    ended = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    found = [found for report in ended if report.when == "call" for found in report.user_properties]
    told = [text for name, text in found if name == "told"]
    if told:
        terminalreporter.section("told by tests")
    for text in told:
        terminalreporter.write_line(text)
