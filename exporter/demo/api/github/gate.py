"""Who may ask: tokens, GitHub Apps, and how often. It knows no repository."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from exporter.demo.api.answers import HOUR, Limit, Refused

CLAIM_SECONDS, SKEW_SECONDS = 600, 60


@dataclass(frozen=True, slots=True)
class App:
    app_id: str
    installation_id: int
    key: RSAPublicKey


class Gate:
    """The valid secrets, each with its own rate limit: a static token, and one for each installation."""

    def __init__(self, token: str, limit: int) -> None:
        self._limit = limit
        self._limits = {token: Limit(limit)}
        self._expires: dict[str, float] = {}
        self._apps: dict[str, App] = {}

    def register(self, app_id: int | str, key: RSAPublicKey, installation_id: int = 1) -> None:
        """From now on the owner of this key's private half may ask for tokens of the installation."""
        self._apps[str(app_id)] = App(str(app_id), installation_id, key)

    def revoke(self, token: str) -> None:
        """A token is refused from now on."""
        self._limits.pop(token, None)

    def enter(self, authorization: str, now: float) -> Limit:
        """The caller's rate limit. Raises Refused 401 for a secret that is not, or no longer, valid."""
        scheme, _, secret = authorization.partition(" ")
        if not secret:
            raise Refused(401, "Requires authentication")
        limit = self._limits.get(secret.strip()) if scheme.lower() in ("bearer", "token") else None
        if limit is None or self._expires.get(secret, now + 1) <= now:
            raise Refused(401, "Bad credentials")
        return limit.at(now)

    def installation_token(self, authorization: str, installation_id: int, now: float) -> dict[str, Any]:
        """A token for an hour, for an App that proves itself by a claim."""
        app = self._app(authorization.partition(" ")[2].strip(), now)
        if app.installation_id != installation_id:
            raise Refused(404, "Not Found", "rest/apps/apps#create-an-installation-access-token-for-an-app")
        token = f"ghs_{secrets.token_urlsafe(27)}"
        self._limits[token] = Limit(self._limit)
        self._expires[token] = now + HOUR
        return {"token": token, "expires_at": self._expires[token]}

    def _app(self, claim: str, now: float) -> App:
        """The App that signed. The times are judged by our clock, not by the machine's."""
        try:
            issuer = str(jwt.decode(claim, options={"verify_signature": False})["iss"])
            app = self._apps[issuer]
            claims = jwt.decode(
                claim,
                app.key,
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat"]},
            )
        except (jwt.InvalidTokenError, KeyError) as error:
            raise Refused(401, "A JSON web token could not be decoded") from error
        if claims["iat"] > now + SKEW_SECONDS or claims["exp"] <= now:
            raise Refused(401, "'Expiration time' claim ('exp') must be a numeric value in the future")
        if claims["exp"] > now + CLAIM_SECONDS + SKEW_SECONDS:
            raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
        return app
