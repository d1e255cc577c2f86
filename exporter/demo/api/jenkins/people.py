"""Users, and who one is."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.demo.api.jenkins.export import ALWAYS, Bean, Exported, Model, Plain, fixed, plain, read

USER = "demo"
USER_CLASS = "hudson.model.User"
_USER = Model(
    USER_CLASS,
    [
        read("url", "absoluteUrl", ALWAYS),
        fixed("description", None),
        read("full_name", "fullName", ALWAYS),
        read("login", "id"),
        Exported("property", lambda _: [], inline=True),
    ],
)
_WHO_AM_I = Model("hudson.security.WhoAmI", plain("anonymous", "authenticated", "authorities", "name"))
_CRUMB_ISSUER = Model("hudson.security.csrf.DefaultCrumbIssuer", plain("crumb", "crumbRequestField"))


@dataclass(frozen=True, slots=True)
class User(Bean):
    """`base` is Jenkins' address with a slash at the end."""

    base: str
    login: str
    full_name: str

    @property
    def model(self) -> Model:
        return _USER

    @property
    def url(self) -> str:
        return f"{self.base}user/{self.login}"


def me(base: str) -> User:
    return User(base, USER, "Demo")


def who_am_i() -> Plain:
    said = {"anonymous": False, "authenticated": True, "authorities": ["authenticated"], "name": USER}
    return Plain(_WHO_AM_I, said)


def crumb_issuer(session: str) -> Plain:
    """What a POST would need; an API token needs none."""
    return Plain(_CRUMB_ISSUER, {"crumb": session * 4, "crumbRequestField": "Jenkins-Crumb"})
