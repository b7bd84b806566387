"""A small repository in retire.js's format, with a library for each way of knowing one."""

from __future__ import annotations

import json
from typing import Any

from app.engine.bug.libraries import Repository

V = "§§version§§"


def advisory(below: str, number: int, **more: Any) -> dict[str, Any]:
    """An advisory CVE-2024-<number> of medium severity for versions below that."""
    identifiers = {
        "CVE": [f"CVE-2024-{number}"],
        "githubID": f"GHSA-{number}",
        "summary": f"weakness {number}",
    }
    return {
        "below": below,
        "severity": "medium",
        "cwe": ["CWE-79"],
        "identifiers": identifiers,
        "info": [f"https://advisories.example/{number}"],
        **more,
    }


DOCUMENT: dict[str, Any] = {
    "tree": {
        "vulnerabilities": [
            advisory("2.0.0", 1, atOrAbove="1.2.0", excludes=["1.9.9-fixed"]),
            advisory("1.5.0", 2, severity="high", cwe=["CWE-1321"]),
        ],
        "extractors": {
            "func": ["window.tree.version"],
            "uri": [f"/({V})/tree(\\.min)?\\.js"],
            "filename": [f"tree-({V})(\\.min)?\\.js"],
            "filecontent": [f"/\\*! Tree v({V})", f'="({V})",.{{1,90}}(.)\\.leaf=\\2;'],
            "hashes": {"f1b19586640fd4650ceb170f4765ea72db87f07d": "0.9.0"},
        },
    },
    "bush": {
        "licenses": ["MIT >=0"],
        "vulnerabilities": [],
        "extractors": {
            "filecontent": [f"\\* Bush ({V})"],
            "filecontentreplace": ["/bush=\\{major:([0-9]+),minor:([0-9]+)\\}/$1.$2.0/"],
        },
    },
    "dont check": {"extractors": {"uri": ["^http[s]?://(ssl|www).counting.example/c.js"]}},
}


def data(**entries: Any) -> bytes:
    return json.dumps({**DOCUMENT, **entries}, ensure_ascii=False).encode()


def repository(**entries: Any) -> Repository:
    return Repository.parse(data(**entries))
