"""Places of known findings are looked at again, first, and in a retest alone."""

from __future__ import annotations

import time

import pytest

from app.engine.bug.crawl import gather
from app.engine.bug.http.asker import Asker
from tests.bug.serving import Answer, SiteServer
from tests.engine.bug.active.asking import HOME, Probed, page, plain, plan_of, run, site

LISTING = Answer(
    "<html><head><title>Index of /shelf/</title></head><body><h1>Index of /shelf/</h1>"
    '<a href="../">../</a><a href="a.csv">a.csv</a></body></html>'
)
PANEL = Answer(
    page(
        "Administration",
        '<p>Logged in as: root</p><a href="/desk/users">Manage users</a>'
        "<table><th>User</th><th>Role</th></table>",
    )
)
FILES = {
    "/.git/HEAD": plain("ref: refs/heads/main\n"),
    "/old/shop/.env": plain("DB_HOST=db1\nDB_PASSWORD=Tea4Two!2024\n"),
    "/.env.staging": plain("DB_HOST=db1\nDB_PASSWORD=Tea4Two!2024\n"),
    "/shelf/": LISTING,
    "/desk/": PANEL,
    "/near.php.bak": plain("<?php\n$town = $_GET['town'];\n"),
}


def again(path: str, rule: str, *, only: bool = False) -> Probed:
    """Let a check ask a site where it has found something at this path; `only` makes it a retest of that."""
    found = Probed()
    with SiteServer(site(FILES)) as server:
        chosen = frozenset({rule}) if only else frozenset()
        plan = plan_of(server, revisit=((rule, server.url(path)),), only=chosen)
        asker = Asker(plan, now=time.time)
        gathered = gather(asker, plan)
        before = len(server.asked)
        run(asker, gathered, (rule.partition(".")[0],), found)
        asker.close()
        found.asked = list(server.asked[before:])
    return found


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/.git/HEAD", "version_control.repository"),
        ("/old/shop/.env", "secret_files.env"),
        ("/.env.staging", "secret_files.env"),
        ("/shelf/", "listing.directory"),
        ("/desk/", "panels.admin-open"),
        ("/near.php.bak", "backups.leftover"),
    ],
)
def test_a_retest_looks_at_the_place_and_little_else(path: str, rule: str) -> None:
    found = again(path, rule, only=True)
    assert found.places == {(rule, path)}
    assert len(found.asked) <= 6


@pytest.mark.parametrize(
    ("path", "rule"), [("/.env.staging", "secret_files.env"), ("/shelf/", "listing.directory")]
)
def test_a_standard_scan_sees_what_a_full_one_found(path: str, rule: str) -> None:
    assert (rule, path) in again(path, rule).places


def test_a_place_that_is_mended_is_judged_and_not_found() -> None:
    assert again("/.env.old", "secret_files.env", only=True).hits == []


def test_the_home_page_is_no_leftover() -> None:
    assert HOME.is_html and again("/", "backups.leftover", only=True).hits == []
