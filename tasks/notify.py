"""Queue `notify`: deliver what is due. Rows are the queue; the message only says that it is time to look."""

from __future__ import annotations

import logging

from app.models.errors import DATABASE_AWAY
from tasks.application import celery, database

log = logging.getLogger("cloudeye.notify")
CLAIM = 5


@celery.task(name="notify.deliver_due")
def deliver_due() -> None:
    """Claim and deliver until nothing is due. Several may run at once; each row is claimed by one of them."""
    from app.service.delivery import claim_due, deliver

    try:
        while True:
            with database():
                claimed = claim_due(CLAIM)
                for delivery_id in claimed:
                    deliver(delivery_id)
            if len(claimed) < CLAIM:
                return
    except DATABASE_AWAY:
        log.warning("notify.database_away")
