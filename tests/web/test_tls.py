"""TLS of the server, with certificates of our own authority, over real sockets."""

import ipaddress
import re
import socket
import ssl
from urllib.parse import urlsplit

import pytest
import requests
from cryptography import x509

from exporter.web import tls
from exporter.web.config import ConfigError, WebConfig
from exporter.web.tls import CIPHERS, TLS13_SUITES
from tests.support.pki import Authority
from tests.support.site import Pages, served
from tests.web.test_config import change


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def configured(authority, tmp_path):
    """Writes a file whose paths are relative to it; takes more keys of `tls_server_config`."""
    authority.issue("server")
    return lambda *lines: write(tmp_path / "web.yml", "cert_file: server.crt", "key_file: server.key", *lines)


def write(file, *lines):
    file.write_text("tls_server_config:\n" + "".join(f"  {line}\n" for line in lines))
    return file


def get(base, authority, **options):
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"{base}/metrics", verify=str(authority.ca_file), timeout=10, **options)


def handshake(base, **limits):
    """TLS as a client with these limits makes it: version, cipher, and the server's certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in limits.items():
        setattr(context, name, value) if not callable(getattr(context, name)) else getattr(context, name)(value)
    place = urlsplit(base)
    plain = socket.create_connection((place.hostname, place.port), timeout=10)
    with plain, context.wrap_socket(plain) as connection:
        return connection.version(), connection.cipher()[0], connection.getpeercert(binary_form=True)


def test_https(configured, authority):
    with served(Pages(), config=configured()) as base:
        assert base.startswith("https://127.0.0.1:")
        assert get(base, authority).text == "orchex_kilo_test 1\n"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(base, timeout=10)
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(base.replace("https", "http"), timeout=10)
        assert handshake(base)[0] == "TLSv1.3"


def test_mutual_tls(configured, authority, tmp_path):
    stranger = Authority(tmp_path, "stranger").issue("mallory")
    friend = authority.issue("prometheus")
    config = configured("client_auth_type: RequireAndVerifyClientCert", "client_ca_file: ca.crt")
    with served(Pages(), config=config) as base:
        assert get(base, authority, cert=friend).ok
        for nobody in (None, stranger):
            with pytest.raises(requests.exceptions.ConnectionError):
                get(base, authority, cert=nobody)


def test_a_certificate_that_is_given_is_verified(configured, authority, tmp_path):
    stranger = Authority(tmp_path, "stranger").issue("mallory")
    config = configured("client_auth_type: VerifyClientCertIfGiven", "client_ca_file: ca.crt")
    with served(Pages(), config=config) as base:
        assert get(base, authority).ok
        assert get(base, authority, cert=authority.issue("prometheus")).ok
        with pytest.raises(requests.exceptions.ConnectionError):
            get(base, authority, cert=stranger)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        (x509.DNSName("prometheus.acme.example"), True),
        (x509.RFC822Name("sre@acme.example"), True),
        (x509.UniformResourceIdentifier("spiffe://acme/prometheus"), True),
        (x509.IPAddress(ipaddress.ip_address("2001:db8::1")), True),
        (x509.DNSName("grafana.acme.example"), False),
        (x509.DNSName("*.acme.example"), False),
        (x509.DNSName("PROMETHEUS.acme.example"), False),
    ],
)
def test_allowed_alternative_names(configured, authority, name, allowed):
    config = configured(
        "client_auth_type: RequireAndVerifyClientCert",
        "client_ca_file: ca.crt",
        "client_allowed_sans: [prometheus.acme.example, sre@acme.example, 'spiffe://acme/prometheus', '2001:db8::1']",
    )
    client = authority.issue("client", x509.DNSName("first.example"), name)
    with served(Pages(), config=config) as base:
        if allowed:
            assert get(base, authority, cert=client).ok
        else:
            with pytest.raises(requests.exceptions.ConnectionError):
                get(base, authority, cert=client)


def test_a_renewed_certificate_serves_the_next_connection(configured, authority, caplog):
    with served(Pages(), config=configured()) as base, requests.Session() as session:
        session.trust_env, session.verify = False, str(authority.ca_file)
        first = handshake(base)[2]
        assert session.get(base, timeout=10).ok
        certificate, key = authority.issue("server")
        assert handshake(base)[2] != first
        assert handshake(base)[2] == ssl.PEM_cert_to_DER_cert(certificate.read_text())
        assert session.get(base, timeout=10).ok
        renewed = handshake(base)[2]
        key.write_text("half a key")
        assert [handshake(base)[2] for _ in range(3)] == [renewed] * 3
        assert caplog.text.count("certificates refused, those before stay in use") == 1


def test_changed_rules_count_for_the_next_connection(configured, authority, tmp_path):
    config = configured()
    with served(Pages(), config=config) as base:
        assert get(base, authority).ok
        text = config.read_text()
        change(config, text + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n")
        with pytest.raises(requests.exceptions.ConnectionError):
            get(base, authority)
        assert get(base, authority, cert=authority.issue("prometheus")).ok
        change(config, text + "  client_auth_type: nonsense\n")
        with pytest.raises(requests.exceptions.ConnectionError):
            get(base, authority)


def test_a_change_whose_certificates_cannot_be_used_is_refused_whole(configured, caplog):
    file = configured()
    config = WebConfig(file)
    change(
        file,
        file.read_text().replace("server.crt", "absent.crt")
        + "http_server_config: {headers: {X-Frame-Options: deny}}\n",
    )
    assert (config.current().headers, config.current().tls_server_config.cert_file.name) == ({}, "server.crt")
    assert "absent.crt cannot be read" in caplog.text


def test_the_least_version(configured):
    with served(Pages(), config=configured("min_version: TLS13")) as base:
        assert handshake(base)[0] == "TLSv1.3"
        with pytest.raises(ssl.SSLError):
            handshake(base, maximum_version=ssl.TLSVersion.TLSv1_2)


def test_the_greatest_version(configured):
    with served(Pages(), config=configured("max_version: TLS12")) as base:
        assert handshake(base)[0] == "TLSv1.2"


SUITES = ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
CLIENTS_ORDER = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"


@pytest.mark.parametrize(
    ("prefer_server", "chosen"),
    [("true", "ECDHE-ECDSA-CHACHA20-POLY1305"), ("false", "ECDHE-ECDSA-AES256-GCM-SHA384")],
)
def test_cipher_suites_and_whose_order_counts(configured, prefer_server, chosen):
    lines = (
        f"cipher_suites: [{', '.join(SUITES)}]",
        f"prefer_server_cipher_suites: {prefer_server}",
        "max_version: TLS12",
    )
    with served(Pages(), config=configured(*lines)) as base:
        assert handshake(base, set_ciphers=CLIENTS_ORDER)[1] == chosen
        with pytest.raises(ssl.SSLError):
            handshake(base, set_ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")


@pytest.mark.parametrize("name", CIPHERS)
def test_every_suite_is_known_to_openssl(configured, name):
    assert WebConfig(configured(f"cipher_suites: [{name}]")).tls is not None


@pytest.mark.parametrize(
    ("curve", "same", "other"),
    [
        ("CurveP256", "prime256v1", "secp384r1"),
        ("CurveP384", "secp384r1", "prime256v1"),
        ("CurveP521", "secp521r1", "prime256v1"),
    ],
)
def test_one_curve(configured, curve, same, other):
    with served(Pages(), config=configured(f"curve_preferences: [{curve}]")) as base:
        assert handshake(base, set_ecdh_curve=same)[0] == "TLSv1.3"
        with pytest.raises(ssl.SSLError):
            handshake(base, set_ecdh_curve=other)


def test_x25519_is_used_or_refused_as_this_python_can(configured):
    file = configured("curve_preferences: [X25519]")
    try:
        ssl.create_default_context().set_ecdh_curve("X25519")
    except ssl.SSLError:
        with pytest.raises(
            ConfigError, match="curve_preferences: this Python cannot use X25519 alone; choose CurveP256"
        ):
            WebConfig(file)
    else:
        with served(Pages(), config=file) as base:
            assert handshake(base, set_ecdh_curve="X25519")[0] == "TLSv1.3"
            with pytest.raises(ssl.SSLError):
                handshake(base, set_ecdh_curve="prime256v1")


def test_a_curve_that_openssl_lacks_is_refused_by_name(configured, monkeypatch):
    monkeypatch.setitem(tls.CURVES, "CurveP256", "no-such-curve")
    with pytest.raises(ConfigError, match="curve_preferences: this Python cannot use CurveP256 alone"):
        WebConfig(configured("curve_preferences: [CurveP256]"))


VERIFYING = "NoClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "client_auth_type: RequestClientCert",
            f"RequestClientCert is not offered, an unverified certificate proves nothing; one of {VERIFYING}",
        ),
        (
            "client_auth_type: RequireAnyClientCert",
            f"RequireAnyClientCert is not offered, an unverified certificate proves nothing; one of {VERIFYING}",
        ),
        ("client_auth_type: Maybe", "client_auth_type: unknown word; one of 'NoClientCert', "),
        ("client_auth_type: RequireAndVerifyClientCert", "needs client_ca_file, the CA that signs your clients"),
        ("client_ca_file: ca.crt", "client_ca_file without client_auth_type verifies nobody"),
        ("client_allowed_sans: [a]", "client_allowed_sans needs client_auth_type: RequireAndVerifyClientCert"),
        (
            "min_version: TLS10",
            "min_version: TLS10 is not offered, OpenSSL takes no handshake that old; one of TLS12, TLS13",
        ),
        ("max_version: TLS11", "max_version: TLS11 is not offered"),
        ("min_version: SSL3", "min_version: unknown word; one of 'TLS12' or 'TLS13'"),
        ("cipher_suites: [RC4]", "cipher_suites: unknown or insecure suite 'RC4'; one of TLS_ECDHE_ECDSA"),
        (f"cipher_suites: [{TLS13_SUITES[0]}]", "cipher_suites: TLS_AES_128_GCM_SHA256 belongs to TLS 1.3"),
        ("curve_preferences: [Curve448]", "curve_preferences: unknown curve 'Curve448'; one of CurveP256"),
        ("curve_preferences: [CurveP256, X25519]", "curve_preferences: Python's ssl takes one curve; leave one"),
        ("prefer_server_cipher_suites: perhaps", "prefer_server_cipher_suites: must be true or false"),
        ("cert: x", "cert: is not offered; write the certificate to a file and name it as `cert_file`"),
        ("key: hunter2", "key: is not offered; write the key to a file of its own and name it as `key_file`"),
        ("client_ca: x", "client_ca: is not offered; write the CA to a file and name it as `client_ca_file`"),
        ("cert_fil: x", "cert_fil: unknown key; did you mean `cert_file`?"),
    ],
)
def test_what_cannot_be_done_is_refused(configured, line, expected):
    with pytest.raises(ConfigError) as caught:
        WebConfig(configured(line))
    [fault] = caught.value.faults
    assert re.search(r"web\.yml:\d+: tls_server_config", fault)
    assert expected in fault
    assert "hunter2" not in fault


def test_the_least_version_above_the_greatest(configured):
    with pytest.raises(ConfigError, match="min_version is above max_version; swap them"):
        WebConfig(configured("min_version: TLS13", "max_version: TLS12"))


def test_tls_needs_both_files(tmp_path):
    with pytest.raises(ConfigError) as caught:
        WebConfig(write(tmp_path / "web.yml", "min_version: TLS13"))
    assert [fault.split(": ", 1)[1] for fault in caught.value.faults] == [
        "tls_server_config.cert_file: missing; TLS needs cert_file and key_file",
        "tls_server_config.key_file: missing; TLS needs cert_file and key_file",
    ]


@pytest.mark.parametrize("name", ["server.crt", "server.key"])
def test_a_file_that_is_absent_or_no_pem(configured, tmp_path, name):
    config = configured()
    file = tmp_path / name
    file.write_text("-----BEGIN NONSENSE-----")
    with pytest.raises(ConfigError, match=r"cert_file: .* are no PEM certificate with its key"):
        WebConfig(config)
    file.unlink()
    key = "cert_file" if name.endswith("crt") else "key_file"
    with pytest.raises(ConfigError, match=rf"tls_server_config\.{key}: {file} cannot be read \(No such file"):
        WebConfig(config)


def test_a_key_of_another_certificate(configured, authority, tmp_path):
    config = configured()
    _, key = authority.issue("other")
    key.replace(tmp_path / "server.key")
    with pytest.raises(ConfigError, match=r"no PEM certificate with its key \(KEY_VALUES_MISMATCH\)"):
        WebConfig(config)


def test_a_key_with_a_passphrase(configured, authority):
    config = configured()
    authority.issue("server", passphrase=b"hunter2")
    with pytest.raises(ConfigError, match=r"tls_server_config\.key_file: the private key has a passphrase; give one"):
        WebConfig(config)


def test_a_client_ca_that_is_none(configured, tmp_path):
    (tmp_path / "empty.crt").write_text("")
    config = configured("client_auth_type: RequireAndVerifyClientCert", "client_ca_file: empty.crt")
    with pytest.raises(ConfigError, match=r"tls_server_config\.client_ca_file: .*empty\.crt holds no PEM certificate"):
        WebConfig(config)
