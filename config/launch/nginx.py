"""`python -m config.launch.nginx`: print config/nginx.conf, filled in for this installation.

    python -m config.launch.nginx --server-name watch.example.org > /etc/nginx/conf.d/cloudeye.conf

With `--whole` it is a complete configuration for an nginx of one's own: `nginx -p folder -c file`.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from config import Config, ConfigError, load_settings
from config.env import ROOT
from config.launch.readiness import bind_of

WHOLE = """\
pid {folder}/nginx.pid;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
include {types};
default_type application/octet-stream;
access_log off;
client_body_temp_path {folder}/body;
proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/fastcgi;
uwsgi_temp_path {folder}/uwsgi;
scgi_temp_path {folder}/scgi;
{server}
}}
"""

# The intermediate profile of Mozilla's Server Side TLS guideline 5.7.
TLS = """\
ssl_certificate {chain};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers off;
    ssl_ecdh_curve X25519:prime256v1:secp384r1;
    ssl_session_timeout 1d;
    ssl_session_cache shared:cloudeye:5m;
    ssl_session_tickets off;
    # A page asked for by plain HTTP is sent where it belongs; a program is told.
    error_page 497 = @plain;
    location @plain {{
        default_type application/json;
        if ($uri ~ ^/(api/|metrics$)) {{ return 403 '{refusal}'; }}
        return 308 https://$http_host$request_uri;
    }}"""
PLAIN = """
server {{
    listen {port};
    server_name {server_name};
    server_tokens off;
    location ~ ^/(api/|metrics$) {{
        default_type application/json;
        return 403 '{refusal}';
    }}
    location / {{
        return 308 https://$host$request_uri;
    }}
}}
"""
# A program that was redirected would go on speaking plainly, secrets and all, and nobody would notice (ASVS
# 4.1.2).
NOT_PLAINLY = (
    '{"code": 10005, "msg": "ask by HTTPS: anybody on the way could read this request; replace the password '
    'or token that it had", "data": null}'
)


# Whoever asks for another name gets no answer, and no certificate.
OTHERS = """
server {{
    listen {listen} default_server;
    server_name _;
    {refusal}
    return 444;
}}
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things lie: the web process's socket, static files, stored files."""

    socket: str
    static: Path = ROOT / "app" / "static"
    files: Path = ROOT / "data" / "files"


def places_of(settings: Config, socket: str) -> Places:
    return Places(socket, files=settings.DATA_DIR.absolute() / "files")


def render(
    places: Places | str,
    *,
    listen: str = "80",
    server_name: str = "_",
    tls: tuple[str, str] | None = None,
    plain_port: int = 0,
    static: Path | None = None,
    refuse_others: bool = False,
    rate: int = 100,
    upload_mb: int = 512,
) -> str:
    """The template filled in. `tls` is the paths of a certificate chain and its key.

    With TLS, `plain_port` is where pages asked for by plain HTTP are redirected to it, and programs refused
    (0: nowhere). `rate` is how many requests a second one address may make (three times as many at once).
    `refuse_others`: whoever asks for another name than `server_name` is let go without an answer.
    """
    places = Places(places) if isinstance(places, str) else places
    heard = f"{listen} ssl http2" if tls else listen
    refusal = "ssl_protocols TLSv1.2 TLSv1.3;\n    ssl_reject_handshake on;" if tls else "server_tokens off;"
    words = {
        "PLAIN": _plain(plain_port, server_name) if tls and plain_port else "",
        "OTHERS": OTHERS.format(listen=heard, refusal=refusal) if refuse_others else "",
        "SOCKET": places.socket,
        "LISTEN": heard,
        "SERVER_NAME": server_name,
        "STATIC": str(static or places.static),
        "FILES": str(places.files),
        "RATE": str(rate),
        "BURST": str(3 * rate),
        "UPLOAD": str(upload_mb + 1),
        "TLS": TLS.format(chain=tls[0], key=tls[1], refusal=NOT_PLAINLY) if tls else "# no TLS here",
    }
    template = (ROOT / "config" / "nginx.conf").read_text()
    return re.sub(r"@([A-Z_]+)@", lambda found: words[found[1]], template)


def _plain(port: int, server_name: str) -> str:
    return PLAIN.format(port=port, server_name=server_name, refusal=NOT_PLAINLY)


def whole(server: str, folder: Path, *, types: str = "/etc/nginx/mime.types", user: str | None = None) -> str:
    """A complete configuration around `render`'s, which writes nothing outside `folder`.

    `user` is whom the workers run as when nginx is started by root; without it, nginx's own default.
    """
    text = WHOLE.format(server=server, folder=folder, types=types)
    return f"user {user};\n{text}" if user else text


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m config.launch.nginx", description=__doc__)
    parser.add_argument("--listen", default="80", help="what nginx listens on (default 80)")
    parser.add_argument("--server-name", default="_", help="host name of the pages")
    parser.add_argument("--certificate", help="certificate chain, for TLS")
    parser.add_argument("--key", help="the certificate's key")
    parser.add_argument(
        "--plain-port", type=int, default=80, help="with TLS: where plain HTTP is redirected (80; 0: nowhere)"
    )
    parser.add_argument("--rate", type=int, default=100, help="requests a second of one address (100)")
    parser.add_argument(
        "--refuse-others", action="store_true", help="no answer to whoever asks for another name"
    )
    parser.add_argument("--user", help="with --whole: whom nginx's workers run as, when root starts it")
    parser.add_argument(
        "--whole", type=Path, metavar="FOLDER", help="a complete configuration that writes there"
    )
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    try:
        settings = load_settings()
        bind = bind_of(settings)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if not bind.startswith("unix:"):
        print("Set CLOUDEYE_BIND to a socket first, e.g. unix:/run/cloudeye/web.sock.", file=sys.stderr)
        return 2
    server = render(
        places_of(settings, bind.removeprefix("unix:")),
        listen=given.listen,
        server_name=given.server_name,
        tls=(given.certificate, given.key) if given.certificate and given.key else None,
        plain_port=given.plain_port,
        refuse_others=given.refuse_others,
        rate=given.rate,
        upload_mb=vars(settings).get("UPLOAD_MB", 512),
    )
    print(whole(server, given.whole.absolute(), user=given.user) if given.whole else server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
