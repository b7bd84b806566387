"""Sign-in services for tests: oidc-provider-mock as a process of its own, and one that can be made to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests import servers


@contextmanager
def mock_provider(folder: Path, *people: dict[str, Any]) -> Iterator[str]:
    """A real OpenID Connect provider; gives its issuer. `people` are claims, `sub` among them."""
    port = servers.free_port()
    words = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    for claims in people:
        words += ["--user-claims", json.dumps(claims)]
    with servers.running(servers.Server(words, folder, lambda: servers.is_listening(port))):
        yield f"http://127.0.0.1:{port}"


def consent(url: str, subject: str) -> dict[str, str]:
    """Log in at the provider as somebody does in a browser; gives what it sends the browser back with."""
    answer = requests.post(url, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text[:500]
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


@dataclass
class Liar:
    """A provider whose ID tokens say what a test wants; it does check PKCE and the client's secret."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}, private=True))
    signs_with: Any = None
    asked: dict[str, str] = field(default_factory=dict)

    def authorize(self, url: str) -> dict[str, str]:
        """What the browser comes back with."""
        query = parse_qs(urlsplit(url).query)
        self.asked = {name: values[0] for name, values in query.items()}
        return {"code": "good", "state": self.asked["state"]}

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        basic = "Basic " + base64.b64encode(b"cloudeye:shared").decode()
        if challenge != self.asked["code_challenge"] or authorization != basic or form["code"] != "good":
            return {"error": "invalid_grant"}
        at = int(time.time())
        claims = {"iss": self.issuer, "sub": "jo", "aud": "cloudeye", "iat": at, "exp": at + 60}
        claims |= {"nonce": self.asked["nonce"], **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "1"}
        signed = jwt.encode(header, claims, self.signs_with or self.key, algorithms=[self.algorithm])
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}

    def document(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.metadata,
        }


def shared_secret_key() -> OctKey:
    """The client's secret as a key: what a token signed with HS256 would be signed by."""
    return OctKey.import_key(b"shared" * 8, {"kid": "1"})


@contextmanager
def lying_provider() -> Iterator[Liar]:
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(liar.document(self.path))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            self._say(liar.token(form, self.headers.get("Authorization", "")))

        def _say(self, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(400 if "error" in document else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        liar.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield liar
        server.shutdown()
        thread.join()
