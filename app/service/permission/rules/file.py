"""Files."""

from __future__ import annotations

RULES: dict[tuple[str, str], str] = {
    ("v1.files", "GET"): "file.read",
    ("v1.files", "POST"): "file.write",
    ("v1.files_use", "GET"): "file.read",
    ("v1.file", "GET"): "file.read",
    ("v1.file", "DELETE"): "file.write",
    ("v1.file_content", "GET"): "file.read",
    ("v1.file_thumbnail", "GET"): "file.read",
    ("v1.file_attachments", "POST"): "file.write",
    ("v1.file_attachment", "DELETE"): "file.write",
    ("web.files", "GET"): "file.read",
    ("web.files_post", "POST"): "file.write",
    ("web.file", "GET"): "file.read",
    ("web.file_content", "GET"): "file.read",
    ("web.file_thumbnail", "GET"): "file.read",
    ("web.file_attach", "POST"): "file.write",
    ("web.file_detach", "POST"): "file.write",
    ("web.file_delete", "POST"): "file.write",
}
