"""`flask sites`: many at once, at a prompt."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from app.models import AuditEntry, db
from app.service.actor import Actor
from app.service.site import list_sites

CSV = "name,base_url\nShop,https://shop.example/\n"


def test_a_file_is_tried_and_then_taken(app: Flask, owner: Actor, tmp_path: Path) -> None:
    file = tmp_path / "sites.csv"
    file.write_text(CSV)
    run = app.test_cli_runner().invoke
    tried = run(args=["sites", "import", str(file)])
    assert (tried.exit_code, tried.output) == (0, "tried only: added 1, updated 0, known 0, refused 0\n")
    assert list_sites(owner).items == []
    taken = run(args=["sites", "import", str(file), "--for-real"])
    assert taken.output == "added 1, updated 0, known 0, refused 0\n"
    assert [site.name for site in list_sites(owner).items] == ["Shop"]
    assert {each.way for each in db.session.query(AuditEntry).filter_by(action="site.create")} == {"cli"}


def test_a_row_that_is_wrong_is_named(app: Flask, owner: Actor, tmp_path: Path) -> None:
    file = tmp_path / "sites.csv"
    file.write_text(CSV + ",https://x.example/\n")
    done = app.test_cli_runner().invoke(args=["sites", "import", str(file), "--locale", "zh"])
    assert done.exit_code == 1
    assert "3: name: 不能为空" in done.output


def test_sites_are_written_into_a_file(app: Flask, owner: Actor, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CSV)
    run = app.test_cli_runner().invoke
    run(args=["sites", "import", str(tmp_path / "in.csv"), "--for-real"])
    for name, begin in (("out.csv", b"\xef\xbb\xbfName"), ("out.xlsx", b"PK")):
        done = run(args=["sites", "export", str(tmp_path / name)])
        assert (done.exit_code, done.output) == (0, "1 sites\n")
        assert (tmp_path / name).read_bytes().startswith(begin)


def test_who_may_not_is_told_so(app: Flask, owner: Actor, viewer: Actor, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(CSV)
    run = app.test_cli_runner().invoke
    done = run(args=["sites", "import", str(tmp_path / "in.csv"), "--as", "viewer@example.org"])
    assert done.exit_code == 1 and "your role does not permit this" in done.output
    done = run(args=["sites", "import", str(tmp_path / "in.csv"), "--as", "nobody@example.org"])
    assert done.exit_code == 1 and "nobody of this organization" in done.output
