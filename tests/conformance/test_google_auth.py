"""ID tokens, with Google's own library on the other side: it signs for our check, and verifies what our issuer signs."""

import base64
import http.server
import json
import subprocess
import threading
import time

import google.auth.transport.requests
import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt
from google.oauth2 import id_token

from calls import request
from official import read
from program import REPOSITORY, Server, binary, environment

AUDIENCE = "https://door.example.com/webhook"
ACCOUNT = "service-42@gcp-sa-dialogflow.iam.gserviceaccount.com"


class Key:
    """A key of Google's, as its library signs with it and as its JWK set publishes it."""

    def __init__(self, kid):
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        self.signer = crypt.RSASigner.from_string(pem, kid)
        numbers = private.public_key().public_numbers()
        self.published = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": kid,
            "n": self._number(numbers.n),
            "e": self._number(numbers.e),
        }

    @staticmethod
    def _number(number):
        data = number.to_bytes((number.bit_length() + 7) // 8, "big")
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    def sign(self, **claims):
        now = int(time.time())
        google = {
            "iss": "https://accounts.google.com",
            "aud": AUDIENCE,
            "email": ACCOUNT,
            "email_verified": True,
            "sub": "112233445566778899000",
            "azp": "112233445566778899000",
            "iat": now,
            "exp": now + 3600,
        }
        return jwt.encode(self.signer, google | claims).decode()


@pytest.fixture(scope="module")
def key():
    return Key("google-1")


@pytest.fixture(scope="module")
def door(key, tmp_path_factory):
    """A server that takes Google's keys from here."""

    class Keys(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"keys": [key.published]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    keys = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=keys.serve_forever, daemon=True).start()
    check = {
        "kind": "service_agent",
        "project_number": "42",
        "audience": [AUDIENCE],
        "jwks_url": f"http://127.0.0.1:{keys.server_port}/certs",
    }
    written = ", ".join(f"{name} = {json.dumps(value)}" for name, value in check.items())
    running = Server(
        tmp_path_factory.mktemp("door"),
        command=[binary(), "serve"],
        variables={"REJOINDER_AUTH__ANY_OF": f"[{{ {written} }}]", "REJOINDER_DEMO__ENABLED": "true"},
    )
    yield running
    assert running.stop() == 0, running.output()
    keys.shutdown()


def call(door, token):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return door.request("POST", "/webhook", json.dumps(request("counter")).encode(), headers)


def test_tokens_that_googles_library_signs_are_accepted(door, key):
    read(call(door, key.sign()))
    read(call(door, key.sign(iss="accounts.google.com")))


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"aud": "https://other.example.com/webhook"}, 401),
        ({"exp": 1_000_000_000}, 401),
        ({"iss": "https://issuer.example.com"}, 401),
        ({"email": "service-43@gcp-sa-dialogflow.iam.gserviceaccount.com"}, 403),
        ({"email_verified": False}, 403),
    ],
)
def test_tokens_that_say_something_else_are_refused(door, key, claims, status):
    token = key.sign(**claims)
    answer = call(door, token)
    assert answer.status == status, answer.body
    answer.error()


def test_another_key_of_that_name_is_refused(door):
    answer = call(door, Key("google-1").sign())
    assert answer.status == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.fixture(scope="module")
def issuer():
    """Our issuer in Google's place: its keys' address, and tokens for the audience that it is told."""
    program = REPOSITORY / "target/debug/examples/local_issuer"
    process = subprocess.Popen(
        [str(program), AUDIENCE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        text=True,
    )
    lines = iter(process.stdout.readline, "")
    jwks_url = next(line for line in lines if "jwks_url" in line).split('jwks_url = "')[1].split('"')[0]
    first = next(line for line in lines if line.startswith("curl "))

    def token(audience):
        process.stdin.write(f"{audience}\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    yield jwks_url, first.split("Bearer ")[1].split('"')[0], token
    process.kill()
    process.wait()


def test_googles_library_accepts_what_our_issuer_signs(issuer):
    jwks_url, first, token = issuer
    transport = google.auth.transport.requests.Request()
    for signed in (first, token(AUDIENCE)):
        claims = id_token.verify_token(signed, transport, audience=AUDIENCE, certs_url=jwks_url)
        assert claims["email"] == "service-123456789012@gcp-sa-dialogflow.iam.gserviceaccount.com"
        assert claims["iss"] == "https://accounts.google.com"


def test_googles_library_refuses_one_for_another_audience(issuer):
    jwks_url, _, token = issuer
    transport = google.auth.transport.requests.Request()
    with pytest.raises(pyjwt.InvalidAudienceError):
        id_token.verify_token(token("https://other.example.com"), transport, audience=AUDIENCE, certs_url=jwks_url)
