"""GitHub App authentication: a real key signs, a real server checks the signature and sells tokens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from exporter.errors import Reason, SecretUnreadable, Unauthorized, Unreachable
from exporter.http import Http
from exporter.providers.github import GitHub
from exporter.providers.github.app import AppAuth, AppCredentials
from tests.support.github import HOUR, MINUTE, NOW, Hub, Source, iso
from tests.support.replay import Answer, Request, Server

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TOKENS = "/app/installations/42/access_tokens"


def pem(key: Any = KEY, password: bytes | None = None) -> bytes:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


class AppHub:
    """A hub that sells numbered tokens to who signs rightly, and serves only who shows the newest."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.now = NOW
        self.sold = 0
        self.refusal: Answer | None = None
        self.claims: list[dict[str, Any]] = []

    def __call__(self, request: Request) -> Answer:
        if request.path != TOKENS:
            good = request.headers.get("authorization") == f"Bearer token-{self.sold}"
            return self.hub(request) if good else Answer.of_json({"message": "Bad credentials"}, 401)
        assert request.method == "POST"
        if self.refusal is not None:
            return self.refusal
        claim = request.headers["authorization"].removeprefix("Bearer ")
        unchecked = {"verify_exp": False, "verify_iat": False}
        self.claims.append(jwt.decode(claim, KEY.public_key(), algorithms=["RS256"], options=unchecked))
        self.sold += 1
        return Answer.of_json({"token": f"token-{self.sold}", "expires_at": iso(self.now + HOUR)}, 201)


@pytest.fixture
def app_hub() -> AppHub:
    return AppHub()


@pytest.fixture
def server(app_hub: AppHub) -> Iterator[Server]:
    with Server(app_hub) as server:
        yield server


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "app.pem"
    path.write_bytes(pem())
    return path


def credentials(key_file: Path) -> AppCredentials:
    return AppCredentials.model_validate({"app_id": 7, "installation_id": 42, "private_key_file": key_file})


def headers(auth: AppAuth) -> str:
    with Http(deadline=time.monotonic() + 10, auth=auth) as http:
        return auth.headers(http)["Authorization"]


def bearer(server: Server, key_file: Path, app_hub: AppHub) -> AppAuth:
    return AppAuth(server.url, credentials(key_file), now=lambda: app_hub.now)


def test_the_claim_is_what_github_asks_for(server: Server, app_hub: AppHub, key_file: Path) -> None:
    assert headers(bearer(server, key_file, app_hub)) == "Bearer token-1"
    assert app_hub.claims == [{"iat": NOW - 60, "exp": NOW + 540, "iss": "7"}]


def test_a_token_is_kept_until_five_minutes_before_its_end(server: Server, app_hub: AppHub, key_file: Path) -> None:
    auth = bearer(server, key_file, app_hub)
    assert headers(auth) == "Bearer token-1"
    app_hub.now += HOUR - 5 * MINUTE - 1
    assert headers(auth) == "Bearer token-1"
    app_hub.now += 1
    assert headers(auth) == "Bearer token-2"


def test_a_changed_key_file_takes_effect(server: Server, app_hub: AppHub, key_file: Path) -> None:
    key_file.write_bytes(b"not yet")
    auth = bearer(server, key_file, app_hub)
    with pytest.raises(SecretUnreadable):
        headers(auth)
    key_file.write_bytes(pem())
    assert headers(auth) == "Bearer token-1"


def test_polls_share_a_token_and_a_401_forgets_it(server: Server, app_hub: AppHub) -> None:
    app_hub.now = time.time()
    app_hub.hub.add("a")
    app = {"app_id": "7", "installation_id": 42, "private_key": pem().decode()}
    source = Source(server, app=app)
    for _ in range(2):
        source.poll(NOW)
        assert source.error is None
    assert app_hub.sold == 1
    app_hub.sold += 1  # the token was revoked
    source.poll(NOW)
    assert source.error is not None
    assert source.error.reason is Reason.UNAUTHORIZED
    assert source.poll(NOW).scope
    assert app_hub.sold == 3


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_refused_claim_names_the_remedy(server: Server, app_hub: AppHub, key_file: Path, status: int) -> None:
    app_hub.refusal = Answer(status)
    with pytest.raises(Unauthorized, match=r"access_tokens: .*check `app.app_id`, `app.installation_id`"):
        headers(bearer(server, key_file, app_hub))


@pytest.mark.parametrize("body", [{}, {"token": "", "expires_at": iso(NOW)}, {"token": "secret-token"}, []])
def test_an_answer_without_a_token_is_refused_without_showing_it(
    server: Server, app_hub: AppHub, key_file: Path, body: object
) -> None:
    app_hub.refusal = Answer.of_json(body, 201)
    with pytest.raises(Unauthorized) as raised:
        headers(bearer(server, key_file, app_hub))
    assert "secret-token" not in str(raised.value)


def test_a_failing_token_server_ends_the_poll_and_is_no_item(server: Server, app_hub: AppHub) -> None:
    app_hub.hub.add("a")
    app_hub.now = time.time() - HOUR + MINUTE  # each token is too short-lived to be kept: every request asks
    source = Source(server, app={"app_id": "7", "installation_id": 42, "private_key": pem().decode()})
    auth = source.auth
    with source.provider.connect(time.monotonic() + 10, auth) as http:
        http.get(server.url + "/orgs/acme/repos")
        app_hub.refusal = Answer(500)
        with pytest.raises(Unreachable) as raised:
            http.get(server.url + "/repos/acme/a/pulls")
    assert raised.value.reason is Reason.UNREACHABLE, "a server_error would count as one repository's trouble"


@pytest.mark.parametrize(
    "content",
    [b"", b"no key", pem(password=b"locked"), pem(ec.generate_private_key(ec.SECP256R1())), b"\xff\xfe"],
    ids=["empty", "text", "password", "elliptic", "bytes"],
)
def test_a_bad_key_names_its_file_and_the_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.pem"
    path.write_bytes(content)
    with pytest.raises(SecretUnreadable, match=r"bad\.pem is no RSA private key in PEM .*; download a new one"):
        credentials(path).key()


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretUnreadable, match=r"cannot read the private key file .*none\.pem: FileNotFoundError"):
        credentials(tmp_path / "none.pem").key()


def test_a_bad_inline_key_is_not_shown() -> None:
    app = AppCredentials.model_validate({"app_id": "7", "installation_id": 42, "private_key": "the-secret"})
    with pytest.raises(SecretUnreadable, match=r"app\.private_key is no RSA private key") as raised:
        app.key()
    assert "the-secret" not in str(raised.value) + repr(app)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"app": {"app_id": 7, "installation_id": 42}}, "give either private_key_file or private_key"),
        (
            {"app": {"app_id": 7, "installation_id": 42, "private_key": "x", "private_key_file": "y"}},
            "give either private_key_file or private_key",
        ),
        ({"app": {"app_id": 7, "installation_id": 42, "private_key": "x"}, "token": "t"}, "not both"),
        ({"app": {"app_id": 7, "installation_id": 42, "private_key": "x"}, "token_file": "t"}, "not both"),
        ({"app": {"app_id": 7, "installation_id": 0, "private_key": "x"}}, "greater than 0"),
    ],
)
def test_configurations_that_make_no_sense_are_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        GitHub.model_validate({"kind": "github", "owner": "acme", **more})
