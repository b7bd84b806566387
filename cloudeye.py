"""The WSGI entry: `gunicorn -c gunicorn.conf.py cloudeye:app`, and `flask …`."""

import sys

from app import create_app
from config import ConfigError

try:
    app = create_app()
except ConfigError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)
