import pytest

from exporter.providers.common.origin import repository_at


@pytest.mark.parametrize(
    ("address", "project", "expected"),
    [
        ("https://git.example/acme/shop.git", "", "acme/shop"),
        ("https://git.example/acme/shop/", "other/thing", "acme/shop"),
        ("https://user:secret@git.example:8443/acme/team/shop?token=secret#secret", "", "acme/team/shop"),
        ("ssh://git@git.example/acme/shop.git", "", "acme/shop"),
        ("git@git.example:acme/shop.git", "", "acme/shop"),
        ("git.example:/acme/shop.git", "", "acme/shop"),
        ("/srv/git/shop.git", "", "us/shop"),
        ("file:///srv/git/shop.git", "", "us/shop"),
        ("./a:b/shop", "", "us/shop"),
        ("C:\\git\\shop", "", "us/shop"),
        ("https://git.example/", "acme/docs", "acme/docs"),
        ("https://[broken/acme/shop", "acme/docs", "acme/docs"),
        ("", "docs", "us/docs"),
        ("", "", "us/"),
        (".git", " / ", "us/"),
    ],
)
def test_a_repository_is_named_by_its_address_or_else_its_project(address: str, project: str, expected: str) -> None:
    assert str(repository_at(address, "us", project)) == expected
