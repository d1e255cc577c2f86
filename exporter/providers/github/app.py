"""Authentication as a GitHub App: a signed claim buys an installation token, which lives an hour.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app

It knows keys and tokens; nothing of repositories. Neither ever appears in a message.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from exporter.errors import (
    BadPayload,
    Forbidden,
    NotFound,
    Rejected,
    SecretUnreadable,
    ServerFailed,
    Unauthorized,
    Unreachable,
)
from exporter.http import Http
from exporter.providers.base import Payload, When, parse

CLOCK_SKEW = 60.0
CLAIM_LIFETIME = 540.0
"""GitHub refuses claims that live longer than ten minutes by its own clock."""
RENEW_BEFORE = 300.0
REMEDY = "check `app.app_id`, `app.installation_id` and that the key belongs to the app"


class AppCredentials(BaseModel):
    """`app:` of a GitHub source. `app_id` is the number or the client id."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, use_attribute_docstrings=True)

    app_id: str = Field(min_length=1)
    """The App's number or client id."""
    installation_id: int = Field(gt=0)
    """The number of its installation in the organisation."""
    private_key_file: Path | None = None
    """A file that holds the App's private key, PEM."""
    private_key: SecretStr | None = None
    """The private key itself; not together with `private_key_file`."""

    @model_validator(mode="after")
    def _one_key(self) -> AppCredentials:
        if (self.private_key is None) == (self.private_key_file is None):
            raise ValueError("give either private_key_file or private_key")
        return self

    def key(self) -> RSAPrivateKey:
        """The key, read anew so that a changed file takes effect. SecretUnreadable names the remedy."""
        source = f"the private key file {self.private_key_file}" if self.private_key_file else "app.private_key"
        try:
            key = load_pem_private_key(self._pem(), password=None)
        except OSError as error:
            raise SecretUnreadable(
                f"cannot read {source}: {type(error).__name__}; check its path and rights"
            ) from error
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, RSAPrivateKey):
            raise SecretUnreadable(f"{source} is no RSA private key in PEM without a password; download a new one")
        return key

    def _pem(self) -> bytes:
        if self.private_key_file is not None:
            return self.private_key_file.read_bytes()
        return self.private_key.get_secret_value().encode() if self.private_key else b""


class TokenPayload(Payload):
    token: SecretStr = Field(min_length=1)
    expires_at: When


class AppAuth:
    """Bearer of an installation token, which is renewed five minutes before it expires."""

    def __init__(self, base: str, app: AppCredentials, now: Callable[[], float] = time.time) -> None:
        self._app = app
        self._url = f"{base}/app/installations/{app.installation_id}/access_tokens"
        self._now = now
        self._token: TokenPayload | None = None

    def headers(self, http: Http) -> Mapping[str, str]:
        """Asks for a token when there is none that will last. Every failure here ends the poll."""
        if self._token is None or self._token.expires_at - self._now() <= RENEW_BEFORE:
            self._token = self._ask(http)
        return {"Authorization": f"Bearer {self._token.token.get_secret_value()}"}

    def rejected(self) -> None:
        self._token = None

    def _ask(self, http: Http) -> TokenPayload:
        claim = self._claim()
        try:
            reply = http.post(self._url, headers={"Authorization": f"Bearer {claim}"})
            return parse_token(reply.json(), reply.url)
        except (Unauthorized, Forbidden, NotFound, Rejected, BadPayload) as error:
            raise Unauthorized(f"no installation token: {error}; {REMEDY}") from error
        except ServerFailed as error:  # without a token nothing can be asked: this is no matter of one item
            raise Unreachable(f"no installation token: {error}") from error

    def _claim(self) -> str:
        now = self._now()
        claims = {"iat": int(now - CLOCK_SKEW), "exp": int(now + CLAIM_LIFETIME), "iss": self._app.app_id}
        return jwt.encode(claims, self._app.key(), algorithm="RS256")


def parse_token(data: object, where: str) -> TokenPayload:
    return parse(TokenPayload, data, where)
