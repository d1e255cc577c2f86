"""What `tree=` and `depth=` mean, by the examples in stapler's own tests and Jenkins' documentation."""

from dataclasses import dataclass

import pytest

from exporter.demo.api.jenkins.export import Bean, Exported, Model, Plain, fixed, plain, read, shown
from exporter.demo.api.jenkins.tree import ByDepth, Malformed, Named, parse

JOB, VIEW = "Job", "View"
JOBS = Model(JOB, plain("name", "displayName", "trash"))
VIEWS = Model(VIEW, [*plain("name", "trash"), *plain("jobs", declared=JOB)])
STUFF = Model("Stuff", [*plain("jobs", declared=JOB), *plain("views", declared=VIEW)])


def job(name: str, display: str = "aaa") -> Plain:
    return Plain(JOBS, {"name": name, "displayName": display, "trash": "bbb"})


def view(name: str, *jobs: Plain) -> Plain:
    return Plain(VIEWS, {"name": name, "trash": "crap", "jobs": list(jobs)})


ONE, TWO = job("job1", "Job #1"), job("job2", "Job #2")
BEAN = Plain(STUFF, {"jobs": [ONE, TWO], "views": [view("All", ONE, TWO), view("Some", ONE)]})
HUNDRED = view("view", *(job(f"job{number}") for number in range(100)))


def names(tree: Named) -> dict[str, object]:
    return {name: names(child) for name, child in tree.children.items()}


@pytest.mark.parametrize(
    ("spec", "understood"),
    [
        ("a,b[c]", {"a": {}, "b": {"c": {}}}),
        ("a,b[c,d]", {"a": {}, "b": {"c": {}, "d": {}}}),
        ("a,b[c,d],e", {"a": {}, "b": {"c": {}, "d": {}}, "e": {}}),
        ("a,b[c,d]{,10},e", {"a": {}, "b": {"c": {}, "d": {}}, "e": {}}),
        ("a[b],a[c]", {"a": {"c": {}}}),
        ("a, b", {"a": {}, " b": {}}),
        ("*,b[*[c]]", {"*": {}, "b": {"*": {"c": {}}}}),
    ],
)
def test_a_tree_is_understood(spec, understood):
    assert names(parse(spec)) == understood


MALFORMED = ["", "a,", ",b", "a[", "a[b,c", "a[]", "a[b,,]", "a]", "a{}", "a{b}", "a{1,2}[b]", "a{1", "a{,}", "a{1,b}"]


@pytest.mark.parametrize("spec", MALFORMED)
def test_what_is_malformed_is_said_with_its_place(spec):
    with pytest.raises(Malformed, match=r"expected .+ at \d+"):
        parse(spec)


def test_of_a_tree_only_what_it_names_is_shown():
    assert shown(BEAN, parse("jobs[name,displayName],views[name,jobs[name]]")) == {
        "_class": "Stuff",
        "jobs": [{"displayName": "Job #1", "name": "job1"}, {"displayName": "Job #2", "name": "job2"}],
        "views": [
            {"jobs": [{"name": "job1"}, {"name": "job2"}], "name": "All"},
            {"jobs": [{"name": "job1"}], "name": "Some"},
        ],
    }
    assert shown(BEAN, parse("jobs[name,displayName]{,1},views[name,jobs[name]{,0}]")) == {
        "_class": "Stuff",
        "jobs": [{"displayName": "Job #1", "name": "job1"}],
        "views": [{"jobs": [], "name": "All"}, {"jobs": [], "name": "Some"}],
    }
    assert shown(BEAN, parse("jobs")) == {"_class": "Stuff", "jobs": [{}, {}]}
    assert shown(BEAN, parse("nothing")) == {"_class": "Stuff"}


def test_a_star_stands_for_what_is_not_named():
    everything = shown(BEAN, parse("jobs[name],*[trash]"))
    assert everything["jobs"] == [{"name": "job1"}, {"name": "job2"}]
    assert everything["views"] == [{"trash": "crap"}, {"trash": "crap"}]


@pytest.mark.parametrize(
    ("range_", "numbers"),
    [
        ("{,3}", [0, 1, 2]),
        ("{3,6}", [3, 4, 5]),
        ("{38}", [38]),
        ("{97,}", [97, 98, 99]),
        ("{0,2}", [0, 1]),
        ("{98,200}", [98, 99]),
        ("{100,}", []),
        ("{100,200}", []),
        ("{6,3}", []),
        ("{0}", [0]),
    ],
)
def test_a_range_cuts_a_list(range_, numbers):
    cut = shown(HUNDRED, parse(f"jobs[name]{range_}"))["jobs"]
    assert cut == [{"name": f"job{number}"} for number in numbers]


PARENT = Model("Parent", [fixed("zeal", 1), fixed("name", "parent's"), fixed("deep", "seen", visibility=3)])
THING = Model(
    "Thing", [fixed("name", "thing's"), fixed("always", "seen", 999), read("inner", declared="Thing")], PARENT
)
SUB = THING.child("SubThing")


@dataclass(frozen=True)
class Thing(Bean):
    within: Bean | None = None
    kind: Model = THING

    @property
    def model(self) -> Model:
        return self.kind

    @property
    def inner(self) -> Bean | None:
        return self.within


def test_depth_shows_what_is_visible_that_far_down():
    three = Thing(Thing(Thing()))
    assert shown(three, ByDepth(1)) == {
        "_class": "Thing",
        "zeal": 1,
        "deep": "seen",
        "always": "seen",
        "inner": {"deep": "seen", "always": "seen"},
        "name": "thing's",
    }
    deeper = shown(three, ByDepth(0))
    assert deeper["inner"]["name"] == "thing's"
    assert deeper["inner"]["inner"] == {"deep": "seen", "always": "seen"}


def test_parents_come_first_and_what_a_child_exports_anew_hides_theirs():
    assert list(shown(Thing(), ByDepth(1))) == ["_class", "deep", "zeal", "always", "inner", "name"]


def test_a_class_is_named_where_the_type_does_not_tell_it():
    other = shown(Thing(Thing(kind=SUB)), parse("inner[name]"))
    assert other["inner"] == {"_class": "SubThing", "name": "thing's"}
    assert shown(Thing(Thing()), parse("inner[name]"))["inner"] == {"name": "thing's"}
    of_a_map = Plain(Model("Map", plain("entries")), {"entries": {"one": ONE}})
    assert shown(of_a_map, parse("entries[name]"))["entries"] == {"one": {"_class": JOB, "name": "job1"}}


def test_inline_adds_no_depth_and_less_than_nothing_hides_until_asked_for():
    held = Exported("held", lambda _: [Thing()], inline=True)
    rare = fixed("rare", "x", visibility=-1)
    bean = Plain(Model("Holder", [held, rare]))
    flat = shown(bean, ByDepth(1))
    assert "rare" not in flat
    assert flat["held"][0]["zeal"] == 1
    assert "rare" in shown(bean, ByDepth(-1))
    assert shown(bean, parse("rare"))["rare"] == "x"
