"""Signing in as a GitHub App: which claims buy a token, and for how long it is good."""

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from tests.support.clock import Clock

START = 1_760_000_000


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def clock():
    return Clock(START)


@pytest.fixture
def host(clock, key):
    with DemoServer(Organisation(start=START, repositories=3, history_days=0), clock) as server:
        server.gate.register(12, key.public_key(), installation_id=34)
        yield server


def bought(host, key, installation=34, algorithm="RS256", **claims):
    claim = jwt.encode({"iss": "12", "iat": START - 60, "exp": START + 540} | claims, key, algorithm=algorithm)
    url = f"{host.addresses.github}/app/installations/{installation}/access_tokens"
    return requests.post(url, headers={"Authorization": f"Bearer {claim}"}, timeout=10)


def status(host, token):
    url = f"{host.addresses.github}/orgs/acme/repos"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code


def test_a_token_is_good_for_an_hour(host, key, clock):
    reply = bought(host, key)
    assert reply.status_code == 201
    assert reply.json()["expires_at"] == "2025-10-09T09:53:20Z"
    assert status(host, reply.json()["token"]) == 200
    clock.advance(3599)
    assert status(host, reply.json()["token"]) == 200
    clock.advance(1)
    assert status(host, reply.json()["token"]) == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "13"},
        {"exp": START - 1},
        {"exp": START + 3600},
        {"iat": START + 300},
        {"exp": None},
    ],
)
def test_wrong_claims_buy_nothing(host, key, claims):
    assert bought(host, key, **claims).status_code == 401


def test_another_key_buys_nothing(host):
    assert bought(host, rsa.generate_private_key(public_exponent=65537, key_size=2048)).status_code == 401


def test_another_algorithm_buys_nothing(host):
    secret = "a secret that both sides could share, long enough for SHA-256"
    assert bought(host, secret, algorithm="HS256").status_code == 401


def test_another_installation_is_not_found(host, key):
    assert bought(host, key, installation=35).status_code == 404


def test_without_a_claim_there_is_no_token(host):
    url = f"{host.addresses.github}/app/installations/34/access_tokens"
    assert requests.post(url, timeout=10).status_code == 401
