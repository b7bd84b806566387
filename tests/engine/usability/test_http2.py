"""HTTP/2 against a real nginx: spoken where it is offered."""

from __future__ import annotations

from pathlib import Path

from tests.engine.certs import Authority
from tests.engine.conftest import Probe
from tests.servers import free_port, nginx_server

_CONFIGURATION = """
master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {certificate}; ssl_certificate_key {key};
        location / {{ return 200 "welcome"; }}
        location /away {{ return 302 /; }}
    }}
}}
"""


def test_it_speaks_http_2_where_it_is_offered(folder: Path, probe: Probe, authority: Authority) -> None:
    port = free_port()
    certificate, key = authority.files("127.0.0.1")
    text = _CONFIGURATION.format(folder=folder, port=port, certificate=certificate, key=key)
    with nginx_server(folder, text, port):
        sample = probe(f"https://127.0.0.1:{port}/away", keyword="welcome")
        chosen = probe(f"https://127.0.0.1:{port}/", http_version="2")
    assert (sample.status, sample.facts["http_version"], sample.http_status) == ("up", "2", 200)
    assert len(sample.facts["redirects"]) == 1
    assert (chosen.status, chosen.facts["http_version"]) == ("up", "2")
