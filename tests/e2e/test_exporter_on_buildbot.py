"""The running exporter on a real Buildbot: its counters are Buildbot's own, also after a restart of it."""

from collections import Counter
from pathlib import Path

from tests.support.buildbot import Buildbot, buildbot, in_words
from tests.support.exporter import Process, serving
from tests.support.organisation import COUNT, polled_anew
from tests.support.waiting import until


def exported(process: Process) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for (name, has), value in process.samples().items():
        if name == "cicd_pipeline_run_duration_seconds_count":
            labels = dict(has)
            counts[labels["cicd_pipeline_name"], labels["cicd_pipeline_result"]] += int(value)
    return +counts


def own(bot: Buildbot) -> Counter[tuple[str, str]]:
    return in_words(bot.results())


def test_the_exporter_counts_what_buildbot_counts(tmp_path: Path) -> None:
    with buildbot(tmp_path / "buildbot") as bot:
        configuration = {
            "ledger": {"url": f"sqlite:///{tmp_path}/ledger.db"},
            "sources": {"ci": {"kind": "buildbot", "url": bot.url, "interval": "1s"}},
        }
        for builder in ("shop-integrated", "warning", "exception"):
            bot.force(builder)
        bot.force("shop-legacy", 2)
        bot.wait_idle()
        with serving(tmp_path, configuration) as process:
            process.ready()
            assert exported(process) == own(bot)
            assert own(bot).total() == 5
            bot.force("shop-legacy", 2)
            bot.wait_idle()
            polled_anew(process, ("ci",))
            assert exported(process) == own(bot)
        bot.force("shop-integrated")
        bot.wait_idle()
        with serving(tmp_path, configuration) as process:
            until(lambda: process.value(COUNT, source="ci"), "a poll after the restart")
            assert exported(process) == own(bot)
            assert own(bot).total() == 8
            assert process.value("orchex_kilo_source_up", source="ci") == 1
