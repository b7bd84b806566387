"""Which Chromium, and how it is started so that nothing goes past the guard."""

from __future__ import annotations

import os
import shutil

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium(setting: str = "") -> str | None:
    """The browser's path: the one that was set, else the first on PATH; None when there is none."""
    names = (setting,) if setting else PROGRAMS
    return next((path for path in map(shutil.which, names) if path), None)


def arguments(proxy: str) -> list[str]:
    """Command-line switches, besides Playwright's own."""
    return [
        # Everything goes through the guarding proxy, loopback addresses too, and nothing is resolved here.
        f"--proxy-server={proxy}",
        "--proxy-bypass-list=<-loopback>",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--dns-prefetch-disable",
        "--disable-quic",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        # A machine's small /dev/shm is no place for pages; there is no graphics card to use.
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-breakpad",
        "--mute-audio",
    ]


def can_sandbox() -> bool:
    """Chromium's own sandbox does not work for root."""
    return os.geteuid() != 0
