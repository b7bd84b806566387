"""The WSGI entry: `gunicorn -c gunicorn.conf.py cloudeye:app`, and `flask …`."""

import sys

from app import create_app
from config import ConfigError

try:
    # Migrations are the command line's alone.
    app = create_app(migrates="gunicorn" not in sys.modules)
except ConfigError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)
