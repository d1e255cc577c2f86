"""A host's listing: what is in scope, what stays in it though it is malformed, and whose it is."""

import pytest

from exporter.errors import NotFound
from exporter.model import Repository
from exporter.providers.base import Payload
from exporter.providers.common.host import rotated
from exporter.providers.common.listing import Entries, Listing, first_found, likeliest_first, listing_of, text_at


class Found(Payload):
    name: str
    size: int


class Target:
    def __init__(self, name: str) -> None:
        self.repository = Repository("acme", name)


def listed(*items: object, complete: bool = True) -> Listing:
    return listing_of(
        Entries(items, "repository", "acme", complete=complete),
        Found,
        lambda found: Target(found.name) if found.size else None,
        lambda entry: None if (name := text_at(entry, "name")) is None else Repository("acme", name),
        lambda repository: repository.name != "unwanted",
    )


def test_targets_are_in_the_order_of_their_names_and_each_is_there_once() -> None:
    listing = listed(
        {"name": "b", "size": 1}, {"name": "a", "size": 1}, {"name": "b", "size": 2}, {"name": "c", "size": 0}
    )
    assert [str(target.repository) for target in listing.targets] == ["acme/a", "acme/b"]
    assert listing.scope == {Repository("acme", "a"), Repository("acme", "b")}


def test_a_malformed_entry_stays_in_scope_by_its_name_if_it_is_wanted() -> None:
    listing = listed({"name": "a", "size": "much"}, {"name": "unwanted", "size": None})
    assert listing.scope == {Repository("acme", "a")}
    assert [(state.repository.name, state.evidence) for state in listing.states] == [("a", None)]
    assert [one.item for one in listing.unreadable] == ["acme/a"]


@pytest.mark.parametrize("entry", [{"size": 1}, {"name": 7}, None, "a"])
def test_without_a_name_the_scope_is_unknown(entry: object) -> None:
    listing = listed({"name": "a", "size": 1}, entry)
    assert listing.scope is None
    assert [one.item for one in listing.unreadable] == ["repository 2 of acme"]
    assert len(listing.targets) == 1


def test_the_scope_of_a_list_that_moved_is_unknown() -> None:
    assert listed({"name": "a", "size": 1}, complete=False).scope is None


def test_the_first_kind_of_owner_that_exists_answers() -> None:
    asked: list[str] = []

    def ask(kind: str) -> str:
        asked.append(kind)
        if kind != "users":
            raise NotFound(f"no {kind}")
        return "theirs"

    assert first_found(likeliest_first(("orgs", "users"), None), ask, "nobody") == ("theirs", "users")
    assert first_found(likeliest_first(("orgs", "users"), "users"), ask, "nobody") == ("theirs", "users")
    assert asked == ["orgs", "users", "users"]
    with pytest.raises(NotFound, match=r"^no orgs: nobody$"):
        first_found(("orgs", "groups"), ask, "nobody")


def test_a_poll_that_was_cut_goes_on_after_the_last_that_was_done() -> None:
    targets = [Target(name) for name in "abc"]
    assert [target.repository.name for target in rotated(targets, "acme/a")] == ["b", "c", "a"]
    assert rotated(targets, "acme/c") == rotated(targets, "") == targets
