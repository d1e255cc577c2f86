"""Who asks: the ways in which Gitea takes a token. It knows no page."""

from __future__ import annotations

import base64
import binascii
import secrets

from starlette.requests import Request

from exporter.demo.api.answers import Refused


def signed_in(request: Request, token: str) -> bool:
    """Whether the caller shows the token; False for one who shows nothing. Refused 401 for a wrong one.

    It may come as `?token=` or `?access_token=`, which win, with the schemes `token` and `Bearer`, or with
    `Basic`, as the password or as the user's name. Other schemes and headers are not looked at.
    """
    shown = _in_query(request) or _in_header(request.headers.get("Authorization", ""))
    if not shown:
        return False
    if not secrets.compare_digest(shown.encode(), token.encode()):
        raise Refused(401, "invalid username, password or token")
    return True


def _in_query(request: Request) -> str:
    return request.query_params.get("token") or request.query_params.get("access_token") or ""


def _in_header(authorization: str) -> str:
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() in ("token", "bearer"):
        return secret.strip()
    return _basic(secret) if scheme.lower() == "basic" else ""


def _basic(encoded: str) -> str:
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return user if password in ("", "x-oauth-basic") else password
