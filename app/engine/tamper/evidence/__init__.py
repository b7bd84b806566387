"""The evidence package of an alert: a zip that shows whether anything in it was changed since it was made.

`build` writes it, `verify` checks it without anything but the file and, if at hand, the public key of the
installation. See `manifest` for what is chained to what, and `archive` for why the zip has one form only.
"""

from app.engine.tamper.evidence.archive import ArchiveError
from app.engine.tamper.evidence.build import Source, build
from app.engine.tamper.evidence.manifest import About, head_of, public_hex
from app.engine.tamper.evidence.readme import readme
from app.engine.tamper.evidence.report import Problem, Report
from app.engine.tamper.evidence.verify import check_order, verify

__all__ = [
    "About",
    "ArchiveError",
    "Problem",
    "Report",
    "Source",
    "build",
    "check_order",
    "head_of",
    "public_hex",
    "readme",
    "verify",
]
