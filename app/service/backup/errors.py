"""What can be wrong with a back-up."""

from __future__ import annotations

from app.core.errors import CloudEyeError


class BackupError(CloudEyeError):
    """The message is one sentence for the operator."""

    msg = "the back-up cannot be used"
