from exporter.demo.agenda import Agenda


def test_things_happen_in_order_and_those_of_one_moment_as_they_were_put_down():
    agenda, seen = Agenda(), []
    for moment, name in ((5, "late"), (2, "first"), (2, "second"), (9, "never")):
        agenda.at(moment, lambda at, name=name: seen.append((at, name)))
    agenda.run_until(8.5)
    assert seen == [(2, "first"), (2, "second"), (5, "late")]


def test_what_an_action_puts_down_for_the_same_time_still_happens():
    agenda, seen = Agenda(), []
    agenda.at(1, lambda at: agenda.at(at + 1, seen.append))
    agenda.run_until(2)
    assert seen == [2]
