"""`python -m config.launch.nginx`: print config/nginx.conf, filled in for this installation.

    python -m config.launch.nginx --server-name watch.example.org > /etc/nginx/conf.d/cloudeye.conf

With `--whole` it is a complete configuration for an nginx of one's own: `nginx -p folder -c file`.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from config import ConfigError, load_settings
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
    ssl_session_cache shared:cloudeye:5m;
    ssl_session_tickets off;
    # Plain HTTP on this port is sent where it belongs.
    error_page 497 =308 https://$http_host$request_uri;"""
PLAIN = """
server {{
    listen {port};
    server_name {server_name};
    server_tokens off;
    return 308 https://$host$request_uri;
}}
"""


def render(
    socket: str,
    *,
    listen: str = "80",
    server_name: str = "_",
    tls: tuple[str, str] | None = None,
    plain_port: int = 0,
    static: Path = ROOT / "app" / "static",
) -> str:
    """The template filled in. `tls` is the paths of a certificate chain and its key.

    With TLS, `plain_port` is where plain HTTP is answered by a redirect to it (0: nowhere).
    """
    words = {
        "PLAIN": PLAIN.format(port=plain_port, server_name=server_name) if tls and plain_port else "",
        "SOCKET": socket,
        "LISTEN": f"{listen} ssl" if tls else listen,
        "SERVER_NAME": server_name,
        "STATIC": str(static),
        "TLS": TLS.format(chain=tls[0], key=tls[1]) if tls else "# no TLS here",
    }
    template = (ROOT / "config" / "nginx.conf").read_text()
    return re.sub(r"@([A-Z_]+)@", lambda found: words[found[1]], template)


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
    parser.add_argument(
        "--whole", type=Path, metavar="FOLDER", help="a complete configuration that writes there"
    )
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    try:
        bind = bind_of(load_settings())
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    if not bind.startswith("unix:"):
        print("Set CLOUDEYE_BIND to a socket first, e.g. unix:/run/cloudeye/web.sock.", file=sys.stderr)
        return 2
    tls = (given.certificate, given.key) if given.certificate and given.key else None
    socket = bind.removeprefix("unix:")
    server = render(
        socket, listen=given.listen, server_name=given.server_name, tls=tls, plain_port=given.plain_port
    )
    print(whole(server, given.whole.absolute()) if given.whole else server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
