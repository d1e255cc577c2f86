"""How the instance answers: JSON, and errors in Gitea's shapes. It knows no page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from exporter.demo.api.answers import Refused


class Missing(Refused):
    """404. `errors` are the reasons that Gitea's own parts gave, if any did."""

    def __init__(self, *errors: str, message: str = "not found") -> None:
        super().__init__(404, message)
        self.errors = list(errors) or None


def written(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False) + "\n"
    usual = {"Cache-Control": "max-age=0, private, must-revalidate, no-transform", "X-Content-Type-Options": "nosniff"}
    return Response(text, status, {**usual, **(headers or {})}, "application/json;charset=utf-8")


def refusal(base: str, refused: Refused) -> Response:
    """Only what is missing tells of `errors`."""
    content = {"message": refused.message, "url": f"{base}/api/swagger"}
    if isinstance(refused, Missing):
        return written({"errors": refused.errors, **content}, refused.status)
    return written(content, refused.status)
