"""`python -m config.launch.prepare`: bring the database to this version and make the first administrator.

Prints one JSON object: {} or {"account": …, "password": …} of the administrator it made; a password that
was given by a setting is left out. Progress and errors go to standard error.
"""

from __future__ import annotations

import json
import sys

from config import ConfigError, load_settings


def prepare() -> dict[str, str]:
    from flask_migrate import upgrade

    from app import create_app
    from app.service.account.first import create_first_admin

    settings = load_settings()
    given = vars(settings)
    with create_app(faces=False).app_context():
        upgrade()
        made = create_first_admin(given["ADMIN_EMAIL"] or None, given["ADMIN_PASSWORD"] or None)
    if made is None:
        return {}
    return {"account": made[0], "password": "" if given["ADMIN_PASSWORD"] else made[1]}


def main() -> int:
    from sqlalchemy.exc import OperationalError

    from app.core.errors import InvalidError

    try:
        print(json.dumps(prepare()))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except OperationalError as error:
        print(f"The database of DATABASE_URL cannot be used: {error.orig}", file=sys.stderr)
        return 1
    except InvalidError as error:
        wrong = "; ".join(f"CLOUDEYE_ADMIN_{name.upper()} {why}" for name, why in error.fields.items())
        print(f"The first administrator cannot be made: {wrong}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
