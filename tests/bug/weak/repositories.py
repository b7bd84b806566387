"""Repositories that were served along with what is in them."""

from __future__ import annotations

import sqlite3

from tests.bug.weak.model import Route, binary, text, weakness

_VCS = "version_control_exposed exposed_version_control "


def _sqlite() -> bytes:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE users (name TEXT, password TEXT)")
        return database.serialize()


WEAKNESSES = (
    weakness(
        "git",
        _VCS + "git_exposed git_repository_exposed exposed_git",
        (527, 538),
        "/.git/config",
        Route("/.git/HEAD", text("ref: refs/heads/main\n")),
        Route(
            "/.git/config",
            text(
                "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"
                '[remote "origin"]\n\turl = git@code.harbour-tea.example:web/shop.git\n'
            ),
        ),
        Route("/.git/index", binary(b"DIRC\x00\x00\x00\x02\x00\x00\x00\x07" + b"\x00" * 80)),
        Route(
            "/.git/logs/HEAD",
            text(f"{'0' * 40} {'4f' * 20} Anna <anna@tea.example> 1600000000 +0000\tcommit\n"),
        ),
    ),
    weakness(
        "svn",
        _VCS + "svn_exposed",
        (527, 538),
        "/.svn/wc.db",
        Route("/.svn/wc.db", binary(_sqlite())),
        Route("/.svn/entries", text("12\n")),
    ),
    weakness(
        "hg",
        _VCS + "mercurial_exposed hg_exposed",
        (527, 538),
        "/.hg/requires",
        Route("/.hg/requires", text("dotencode\nfncache\ngeneraldelta\nrevlogv1\nstore\n")),
        Route("/.hg/hgrc", text("[paths]\ndefault = ssh://hg@code.harbour-tea.example/shop\n")),
    ),
)
