"""Well-known third parties."""

from __future__ import annotations

import pytest

from app.engine.tamper.known import PACKAGES, is_known_file, kind_of


@pytest.mark.parametrize(
    "host",
    ["www.googletagmanager.com", "fonts.googleapis.com", "js.stripe.com", "www.youtube.com", "hm.baidu.com"],
)
def test_a_well_known_service_has_a_kind(host: str) -> None:
    assert kind_of(host)


@pytest.mark.parametrize(
    "host", ["evil.example", "googletagmanager.com.evil.example", "notstripe.example", ""]
)
def test_a_look_alike_has_none(host: str) -> None:
    assert kind_of(host) is None


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("cdn.jsdelivr.net", "/npm/jquery@3.7.1/dist/jquery.min.js"),
        ("unpkg.com", "/react@18/umd/react.production.min.js"),
        ("cdn.jsdelivr.net", "/npm/@popperjs/core@2/dist/umd/popper.min.js"),
        ("www.googletagmanager.com", "/gtag/js"),
    ],
)
def test_a_well_known_package_is_known(host: str, path: str) -> None:
    assert is_known_file(host, path)


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("cdn.jsdelivr.net", "/npm/never-heard-of-it/x.js"),
        ("cdn.jsdelivr.net", "/gh/somebody/something/x.js"),
        ("unpkg.com", "/jquery.evil/x.js"),
        ("unpkg.com", "/"),
        ("evil.example", "/npm/jquery"),
    ],
)
def test_what_anybody_can_publish_is_not(host: str, path: str) -> None:
    assert not is_known_file(host, path)


def test_no_package_has_a_version_in_its_name() -> None:
    assert not [name for name in PACKAGES if "@" in name[1:]]
