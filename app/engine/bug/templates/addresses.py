"""The variables that a template has of the address it is run against."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.engine.net.urls import is_address, site_of

NAMES = frozenset(
    (
        "BaseURL", "RootURL", "Hostname", "Host", "Port", "Path", "File", "Scheme", "Input",
        "FQDN", "RDN", "DN", "TLD", "SD",
    )
)  # fmt: skip


def variables_of(url: str) -> dict[str, str]:
    """`https://www.a.example:8443/app/x.php` gives BaseURL (the whole), RootURL (up to the port), Hostname
    (with port), Host, Port, Path (`/app/x.php`), File (`x.php`), Scheme; FQDN, RDN (registrable domain),
    DN (its first label), TLD, SD (what stands before it)."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    bracketed = f"[{host}]" if ":" in host else host
    default = "443" if parts.scheme == "https" else "80"
    port = str(parts.port or default)
    hostname = bracketed if port == default else f"{bracketed}:{port}"
    root = f"{parts.scheme}://{hostname}"
    path = parts.path.rstrip("/")
    file = path.rpartition("/")[2]
    domain = host if is_address(host) else site_of(host)
    name, _, suffix = domain.partition(".")
    return {
        "BaseURL": root + path,
        "RootURL": root,
        "Hostname": hostname,
        "Host": bracketed,
        "Port": port,
        "Path": path,
        "File": file if "." in file else "",
        "Scheme": parts.scheme,
        "Input": root + path,
        "FQDN": host,
        "RDN": domain,
        "DN": domain if is_address(host) else name,
        "TLD": "" if is_address(host) else suffix,
        "SD": "" if is_address(host) or host == domain else host.removesuffix("." + domain),
    }
