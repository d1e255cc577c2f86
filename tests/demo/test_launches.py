"""Launches: each attempt a run of its own, whose number never changes."""

from exporter.demo.launches import launches
from exporter.demo.organisation import Organisation

START = 1_760_000_000


def test_every_attempt_is_a_launch_in_the_order_of_being_asked_for():
    organisation = Organisation(start=START)
    organisation.advance(START + 600)
    attempts = [
        (run.run_id, a.number) for r in organisation.repositories.values() for run in r.runs for a in run.attempts
    ]
    every = [launch for repository in organisation.repositories.values() for launch in launches(repository)]
    assert sorted((one.run.run_id, one.attempt.number) for one in every) == sorted(attempts)
    assert len({one.launch_id for one in every}) == len(every)
    for repository in organisation.repositories.values():
        asked = [one.attempt.requested_at for one in launches(repository)]
        assert asked == sorted(asked)
    assert any(one.attempt.number > 1 for one in every)


def test_a_number_that_was_shown_stays():
    organisation = Organisation(start=START)
    seen: dict[int, tuple[int, int]] = {}
    for minute in range(30):
        organisation.advance(START + 60 * minute)
        for repository in organisation.repositories.values():
            for one in launches(repository):
                assert seen.setdefault(one.launch_id, (one.run.run_id, one.attempt.number)) == (
                    one.run.run_id,
                    one.attempt.number,
                )


def test_what_the_host_forgot_is_not_listed_and_the_others_keep_their_numbers():
    organisation = Organisation(start=START)
    repository = max(organisation.repositories.values(), key=lambda each: len(each.runs))
    before = list(launches(repository))
    organisation.forget_runs(before[5].attempt.requested_at)
    assert list(launches(repository)) == [
        one for one in before if one.attempt.requested_at >= before[5].attempt.requested_at
    ]
