"""What kinds of files are called."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

OFFICE = (
    "application/vnd.openxmlformats",
    "application/vnd.oasis",
    "application/vnd.ms-",
    "application/msword",
)


@dataclass(frozen=True, slots=True)
class Kind:
    begins: tuple[str, ...]
    words: str
    icon: str = "file"

    @property
    def text(self) -> str:
        return str(self.words)


KINDS = (
    Kind(("image/svg",), _l("Drawing")),
    Kind(("image/",), _l("Image"), "picture"),
    Kind(("video/",), _l("Video")),
    Kind(("audio/",), _l("Sound")),
    Kind(("application/pdf",), "PDF"),
    Kind(("text/html",), _l("Web page")),
    Kind(("text/xml",), "XML"),
    Kind(("text/",), _l("Plain text")),
    Kind((*OFFICE, "application/rtf"), _l("Document")),
    Kind(("application/x-msdownload", "application/x-executable", "application/wasm"), _l("Program")),
    Kind(
        ("application/zip", "application/gzip", "application/zstd", "application/x-"),
        _l("Compressed archive"),
    ),
)
OTHER = Kind((), _l("Unknown kind"))


def kind_of(media: str) -> Kind:
    """The kind of a file by its media type."""
    return next((each for each in KINDS if media.startswith(each.begins)), OTHER)
