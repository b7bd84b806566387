"""Queue `report`: the audit log's daily work.

What is older than is wanted goes, and each chain's end is written to the log files: whoever wrote the whole
database anew could write the chain anew too, but not what was said elsewhere.
"""

from __future__ import annotations

import logging

from app.core.redis import lock
from app.core.settings import get_settings
from app.models.errors import DATABASE_AWAY
from tasks.application import Told, celery, database

log = logging.getLogger("cloudeye.audit")


@celery.task(name="audit.tend")
def tend() -> Told:
    """Once a day; the scheduler asks."""
    from app.service.trail.cut import cut_old
    from app.service.trail.verify import chains, head_of

    with lock("audit.tend", 3_600) as alone:
        if not alone:
            return None
        try:
            with database():
                gone = cut_old(int(vars(get_settings())["AUDIT_DAYS"]))
                for chain in chains():
                    number, digest = head_of(chain)
                    log.info("audit.head", extra={"chain": chain, "number": number, "hash": digest})
        except DATABASE_AWAY as error:
            log.warning("audit.database_away", extra={"error": type(error).__name__})
            return {"problem": type(error).__name__}
    return {"entries": gone}
