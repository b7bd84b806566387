"""Queue `notify`: letters to single people. They are in no table: what is not sent within minutes is gone."""

from __future__ import annotations

from tasks.application import celery, database


@celery.task(name="account.letter")
def letter(sealed: str, tries: int) -> bool:
    """Send one letter; what did not go is put back for a few more tries. Returns whether it is done with."""
    from app.service.account.letter import PAUSES, deliver_letter
    from app.service.queue import send

    with database():
        is_done = deliver_letter(sealed)
    if not is_done and tries < len(PAUSES):
        send("account.letter", "notify", [sealed, tries + 1], countdown=PAUSES[tries])
    return is_done
