"""The evidence package: made the same each time, and no change of it goes unseen."""

from __future__ import annotations

import io
import json
import os
import random
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.engine.tamper.evidence import ArchiveError, Report, Source, build, public_hex, readme, verify
from app.engine.tamper.evidence.archive import MAX_BYTES, MAX_FILE_BYTES, MAX_FILES
from tests.bounded import within_cpu
from tests.engine.tamper.packages import ABOUT, FILES, KEY, about, at, package, repack

OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
MANIFEST = "manifest.json"


def kinds(report: Report) -> set[str]:
    return {problem.kind for problem in report.problems}


def told(report: Report, kind: str) -> list[str]:
    return [problem.file for problem in report.problems if problem.kind == kind]


def manifest_of(whole: bytes) -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return dict(json.loads(archive.read(MANIFEST)))


def test_an_unchanged_package_is_good(tmp_path: Path) -> None:
    report = verify(at(tmp_path, package()), public_hex(KEY))
    assert report.ok and report.is_known_signer and report.files == len(FILES)
    assert report.head == manifest_of(package())["head"] and report.signer == public_hex(KEY)
    assert report.about["previous_head"] == ABOUT.previous_head and report.about["number"] == 3


def test_without_a_key_it_names_the_signer_and_leaves_open_who_that_is(tmp_path: Path) -> None:
    report = verify(at(tmp_path, package()))
    assert report.ok and report.is_known_signer is None and report.signer == public_hex(KEY)


def test_the_same_files_give_the_same_bytes_in_whatever_order() -> None:
    names = list(FILES)
    random.Random(3).shuffle(names)
    assert package({name: FILES[name] for name in names}) == package()


def test_it_is_a_zip_that_any_program_opens(tmp_path: Path) -> None:
    with zipfile.ZipFile(at(tmp_path, package())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*sorted(FILES), MANIFEST]
        assert {name: archive.read(name) for name in FILES} == FILES
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_no_changed_byte_goes_unseen(tmp_path: Path) -> None:
    whole = package()
    unseen = []
    for place in range(len(whole)):
        changed = whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :]
        if verify(at(tmp_path, changed)).ok:
            unseen.append(place)
    assert unseen == [] and len(whole) > 2000


def test_no_lost_or_added_byte_goes_unseen(tmp_path: Path) -> None:
    whole = package()
    for place in random.Random(4).sample(range(len(whole)), 100):
        assert not verify(at(tmp_path, whole[:place])).ok
        assert not verify(at(tmp_path, whole[:place] + whole[place + 1 :])).ok
        assert not verify(at(tmp_path, whole[:place] + b"\0" + whole[place:])).ok
    assert not verify(at(tmp_path, whole + b"\0")).ok
    assert not verify(at(tmp_path, b"#!/bin/sh\n" + whole)).ok


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_it_names_a_changed_a_missing_and_an_extra_file(tmp_path: Path, method: int) -> None:
    def change(files: dict[str, bytes]) -> None:
        files["after/plain/page.html.txt"] = b"<h1>Nothing happened</h1>"
        del files["alert.json"]
        files["before/plain/more.txt"] = b"planted"

    report = verify(at(tmp_path, repack(package(), change, method=method)))
    assert told(report, "changed") == ["after/plain/page.html.txt"]
    assert told(report, "missing") == ["alert.json"]
    assert told(report, "extra") == ["before/plain/more.txt"]
    sentences = [problem.sentence for problem in report.problems]
    assert "alert.json is missing." in sentences


def test_it_says_when_only_the_packing_is_another(tmp_path: Path) -> None:
    report = verify(at(tmp_path, repack(package(), lambda files: None, ours=False)))
    assert kinds(report) == {"form"} and "packed the files anew" in report.problems[0].sentence


def forge(whole: bytes, change: dict[str, object]) -> bytes:
    """The package with some fields of its manifest set, written as it should be."""
    document = {**manifest_of(whole), **change}

    def put(files: dict[str, bytes]) -> None:
        files[MANIFEST] = (json.dumps(document, sort_keys=True, indent=1) + "\n").encode()

    return repack(whole, put)


@pytest.mark.parametrize(
    "change",
    [
        {"alert_id": "1"},
        {"organization": "theirs"},
        {"number": 4},
        {"made_at": "2020-01-01T00:00:00+00:00"},
        {"previous_head": ""},
        {"version": True},
        {"version": 1.0},
    ],
)
def test_a_changed_fact_breaks_the_chain(tmp_path: Path, change: dict[str, object]) -> None:
    assert "chain" in kinds(verify(at(tmp_path, forge(package(), change))))


def test_a_line_changed_with_its_file_breaks_the_chain_there(tmp_path: Path) -> None:
    whole = package()
    lines = manifest_of(package({**FILES, "alert.json": b"{}\n"}))["files"]
    old = manifest_of(whole)["files"]
    assert isinstance(lines, list) and isinstance(old, list)
    number = [line["name"] for line in old].index("alert.json")
    mixed = [*old[:number], {**lines[number], "chain": old[number]["chain"]}, *old[number + 1 :]]
    forged = repack(
        forge(whole, {"files": mixed}), lambda files: files.update({"alert.json": b"{}\n"}) or None
    )
    report = verify(at(tmp_path, forged))
    assert told(report, "chain")[0] == "alert.json" and "changed" not in kinds(report)


def test_a_package_made_anew_with_another_key_is_told_by_its_key(tmp_path: Path) -> None:
    forged = at(tmp_path, package({**FILES, "alert.json": b"{}"}, key=OTHER))
    report = verify(forged, public_hex(KEY))
    assert kinds(report) == {"signer"} and report.is_known_signer is False


def test_another_ones_key_does_not_fit_the_signature(tmp_path: Path) -> None:
    report = verify(at(tmp_path, forge(package(key=OTHER), {"signer": public_hex(KEY)})), public_hex(KEY))
    assert {"chain", "signature"} <= kinds(report)


@pytest.mark.parametrize(
    "change",
    [
        {"signature": ""},
        {"signature": "00" * 64},
        {"signature": "é"},
        {"head": "\ud800"},
        {"signer": "zz"},
        {"files": []},
        {"files": [5]},
        {"files": [{"name": "\ud800", "size": 1, "sha256": "0" * 64, "chain": "0" * 64}]},
        {"files": [{"name": "../x", "size": 1, "sha256": "0" * 64, "chain": "0" * 64}]},
        {"files": "all"},
        {"number": "3"},
        {"number": True},
        {"organization": "\x1b]0;owned\x07"},
        {"organization": "ours\nGOOD: all is well"},
        {"made_at": "yesterday\x1b[2J"},
        {"alert_id": "\u202e"},
        {"format": "other"},
        {"more": 1},
    ],
)
def test_a_nonsensical_manifest_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    assert not verify(at(tmp_path, forge(package(), change))).ok


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b"5", b"\xff", b"[" * 200_000, b'{"a":1,"a":2}'])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, manifest: bytes) -> None:
    def put(files: dict[str, bytes]) -> None:
        files[MANIFEST] = manifest

    assert not verify(at(tmp_path, repack(package(), put))).ok


def test_a_package_without_a_manifest_is_refused(tmp_path: Path) -> None:
    report = verify(at(tmp_path, repack(package(), lambda files: files.pop(MANIFEST))))
    assert told(report, "missing") == [MANIFEST]


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/x", "/etc/passwd", "a\\..\\b", "C:x", "a/./b", "nul\x1f", "con..txt", "Ünï"],
)
def test_a_name_that_leads_elsewhere_is_named(tmp_path: Path, name: str) -> None:
    report = verify(at(tmp_path, repack(package(), lambda files: files.update({name: b"x"}) or None)))
    assert "name" in kinds(report) and list(tmp_path.iterdir()) == [tmp_path / "evidence.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_named(tmp_path: Path) -> None:
    out = io.BytesIO(package())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("alert.json", b"{}")
    assert told(verify(at(tmp_path, out.getvalue())), "doubled") == ["alert.json"]


def bomb(size: int) -> bytes:
    """A zip of one deflated file that grows by a thousand."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("alert.json", "w") as file,
    ):
        for _ in range(size // 2**20):
            file.write(bytes(2**20))
    return out.getvalue()


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = at(tmp_path, bomb(MAX_FILE_BYTES + 2**20))
    tracemalloc.start()
    with within_cpu(5):
        report = verify(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told(report, "unreadable") == ["alert.json"]
    assert peak < 16 * 2**20


def test_a_bomb_that_lies_about_its_size_ends_where_it_says(tmp_path: Path) -> None:
    data = bytes(30 * 2**20)
    whole = bytearray(bomb(len(data)))
    at_central = whole.rfind(b"PK\x01\x02")
    struct.pack_into("<I", whole, at_central + 24, 100)
    assert not verify(at(tmp_path, bytes(whole))).ok


def test_files_that_lie_on_one_another_are_not_all_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    archive_open = zipfile.ZipFile.open

    def counted(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> object:
        read.append(info.filename)
        return archive_open(archive, info)

    names = [f"f{number:03d}" for number in range(40)]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    whole = bytearray(out.getvalue())
    place = whole.find(b"PK\x01\x02")
    for _ in names:
        struct.pack_into("<2I", whole, place + 20, MAX_FILE_BYTES, MAX_FILE_BYTES)
        place = whole.find(b"PK\x01\x02", place + 4)
    monkeypatch.setattr(zipfile.ZipFile, "open", counted)
    assert not verify(at(tmp_path, bytes(whole))).ok
    assert len(read) == MAX_BYTES // MAX_FILE_BYTES


def test_too_many_files_are_not_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(MAX_FILES + 1):
            archive.writestr(f"f{number}", b"")
    assert kinds(verify(at(tmp_path, out.getvalue()))) == {"unreadable"}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_without_bounds_are_not_unpacked(tmp_path: Path, method: int) -> None:
    report = verify(at(tmp_path, repack(package(), lambda files: None, method=method)))
    assert len(told(report, "unreadable")) == len(FILES)


@pytest.mark.parametrize("data", [b"", b"PK", b"hello" * 1000, b"PK\x05\x06" + bytes(18), b"PK\x05\x06" * 50])
def test_what_is_no_package_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    report = verify(at(tmp_path, data))
    assert not report.ok and all(problem.sentence.endswith(".") for problem in report.problems)


def test_random_damage_never_raises(tmp_path: Path) -> None:
    chance, whole = random.Random(5), package()
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if chance.random() < 0.3:
            cut = sorted(chance.sample(range(len(damaged)), 2))
            del damaged[cut[0] : cut[1]]
        assert bytes(damaged) == whole or not verify(at(tmp_path, bytes(damaged))).ok


def test_missing_files_folders_and_pipes_are_said_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "none.zip", tmp_path, tmp_path / "pipe"):
        assert kinds(verify(path)) == {"unreadable"}


def test_packages_of_one_organization_form_a_chain(tmp_path: Path) -> None:
    first = verify(at(tmp_path, package(about=about(number=1, previous_head=""))))
    second = verify(at(tmp_path, package(about=about(number=2, previous_head=first.head))))
    assert second.ok and second.about["previous_head"] == first.head


@pytest.mark.parametrize("name", ["../x", "Capital.txt", "manifest.json", "a//b", "", "a" * 80, "x."])
def test_it_packs_no_name_that_it_would_refuse(name: str) -> None:
    with pytest.raises(ArchiveError):
        package({name: b""})


def test_it_packs_nothing_twice_and_nothing_too_large() -> None:
    twice = [Source("a", bytes), Source("a", bytes)]
    with pytest.raises(ArchiveError, match="twice"):
        build(io.BytesIO(), twice, ABOUT, KEY)
    with pytest.raises(ArchiveError, match="larger"):
        build(io.BytesIO(), [Source("a", lambda: bytes(MAX_FILE_BYTES + 1))], ABOUT, KEY)


def test_the_chain_is_what_the_description_says() -> None:
    from hashlib import sha256

    document = manifest_of(package())
    lines = document["files"]
    assert isinstance(lines, list)
    stated = {name: value for name, value in document.items() if name not in ("files", "head", "signature")}
    text = json.dumps(stated, sort_keys=True, separators=(",", ":"))
    chain = sha256(b"cloudeye-evidence/1\n" + text.encode()).hexdigest()
    for line in lines:
        assert line["sha256"] == sha256(FILES[line["name"]]).hexdigest()
        chain = sha256(f"{chain}\n{line['name']}\n{line['size']}\n{line['sha256']}".encode()).hexdigest()
        assert line["chain"] == chain
    assert document["head"] == chain and zlib.crc32(b"") == 0


def test_the_readme_says_what_is_not_proved_in_both_languages() -> None:
    assert "does not prove" in readme("en") and "不能证明" in readme("zh")
    assert all("flask evidence verify" in readme(locale) for locale in ("en", "zh"))
