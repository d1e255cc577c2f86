from collections import Counter
from fnmatch import fnmatchcase

from exporter.demo.catalogue import ARCHIVE_PATTERN, Standing, Trait, plans


def test_the_forty_repositories_are_what_the_demo_promises():
    every = plans(40)
    assert len({plan.name for plan in every}) == 40
    assert Counter(plan.trait for plan in every) == {Trait.ORDINARY: 34} | dict.fromkeys(
        set(Trait) - {Trait.ORDINARY}, 1
    )
    standings = Counter(plan.standing for plan in every if plan.alive)
    assert standings[Standing.NONE] == 2
    assert standings[Standing.LEGACY] > 10
    assert standings[Standing.PARTIAL] == 5
    assert standings[Standing.INTEGRATED] > 10


def test_a_dozen_repositories_show_every_trait():
    assert {plan.trait for plan in plans(12)} == set(Trait)


def test_more_repositories_than_in_the_table_have_names_of_their_own():
    every = plans(95)
    assert len({plan.name for plan in every}) == 95
    assert sum(fnmatchcase(plan.name, ARCHIVE_PATTERN) for plan in every) == 3
