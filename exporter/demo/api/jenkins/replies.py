"""How Jenkins answers: its headers, JSON, and HTML for people and for errors. It knows no page."""

from __future__ import annotations

import html
import json
from typing import Any
from urllib.parse import quote_plus

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.jenkins.export import Bean, shown
from exporter.demo.api.jenkins.tree import ByDepth, Malformed, Pruner, parse

VERSION = "2.462.3"
SESSION = "5f2c8a91"
_HTML = "text/html;charset=utf-8"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Hudson": "1.395",
    "X-Jenkins": VERSION,
    "X-Jenkins-Session": SESSION,
    "Server": "Jetty(10.0.24)",
}


def as_json(bean: Bean, request: Request) -> Response:
    """The object as far as `tree` or else `depth` asks for it. What cannot be understood is Jenkins' own fault: 500."""
    try:
        pruner = _pruner(request)
    except Malformed as error:
        return _oops(f"Malformed tree expression: java.lang.IllegalArgumentException: {error}")
    except ValueError:
        return _oops("Depth parameter must be a number")
    indent = 2 if "pretty" in request.query_params else None
    separators = None if indent else (",", ":")
    body = json.dumps(shown(bean, pruner), indent=indent, separators=separators, ensure_ascii=False)
    headers = _HEADERS | {"X-Frame-Options": "deny"}
    return Response(body.encode(), 200, headers, "application/json;charset=utf-8")


def _pruner(request: Request) -> Pruner:
    tree = request.query_params.get("tree")
    return ByDepth(1 - int(request.query_params.get("depth", "0"))) if tree is None else parse(tree)


def page(title: str) -> Response:
    """What people would see, as far as programs care."""
    return _written(200, f"{title} - Jenkins", title)


def not_found() -> Response:
    return _written(404, "Error 404 Not Found", "HTTP ERROR 404 Not Found")


def forbidden(user: str, permission: str) -> Response:
    """For who is known, but has no permission."""
    headers = {"X-You-Are-Authenticated-As": user, "X-Required-Permission": permission}
    return _written(403, "Access Denied - Jenkins", f"{user} is missing the {permission} permission", headers)


def sign_in_first(request: Request) -> Response:
    """For who has not said who he is: a page that leads people to the form, with 403."""
    form = f"{request.scope.get('root_path', '')}/login?from={quote_plus(request.url.path)}"
    headers = {"X-You-Are-Authenticated-As": "anonymous", "X-Required-Permission": "hudson.model.Hudson.Read"}
    lead = f"<meta http-equiv='refresh' content='1;url={html.escape(form)}'/>"
    body = f"<html><head>{lead}</head><body>Authentication required</body></html>"
    return Response(body.encode(), 403, _HEADERS | headers, _HTML)


def wrong_password(user: str) -> Response:
    told = f"Invalid password/token for user: {user}"
    return _written(401, "Error 401 Unauthorized", told, {"WWW-Authenticate": 'Basic realm="Jenkins"'})


def _oops(told: str) -> Response:
    return _written(500, "Jenkins [Jenkins]", f"Oops! A problem occurred while processing the request. {told}")


def _written(status: int, title: str, told: str, headers: dict[str, Any] | None = None) -> Response:
    head, said = html.escape(title), html.escape(told)
    body = f"<!DOCTYPE html><html><head><title>{head}</title></head><body><h1>{said}</h1></body></html>"
    return Response(body.encode(), status, _HEADERS | (headers or {}), _HTML)
