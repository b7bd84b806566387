"""The database's errors by what they mean, for those who handle them without knowing SQL."""

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, SQLAlchemyError

DATABASE_AWAY = (OperationalError, InterfaceError)
"""The server cannot be reached, or has gone away: try again."""

DATABASE_CLASH = (IntegrityError,)
"""A row clashes with one that is there."""

DATABASE_ERRORS = (SQLAlchemyError,)
