"""What checking a package has found, in sentences for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Wrong = Literal[
    "unreadable",
    "name",
    "doubled",
    "changed",
    "missing",
    "extra",
    "manifest",
    "chain",
    "signature",
    "signer",
    "form",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """`file` is empty when the whole package is meant."""

    kind: Wrong
    file: str
    sentence: str


@dataclass(slots=True)
class Report:
    """`ok` says that nothing was changed since the holder of `signer` made the package.

    `signer` is the public key in the package: whose it is has to be known from elsewhere. `is_known_signer`
    is None when no key was given to compare it with. `about` are the manifest's facts.
    """

    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    head: str = ""
    signer: str = ""
    is_known_signer: bool | None = None
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.problems

    def add(self, kind: Wrong, sentence: str, file: str = "") -> None:
        self.problems.append(Problem(kind, file, sentence))
