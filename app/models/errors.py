"""The database's errors by what they mean, for those who handle them without knowing SQL."""

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, ProgrammingError, SQLAlchemyError

DATABASE_AWAY = (OperationalError, InterfaceError)
"""The server cannot be reached, or has gone away: try again."""

DATABASE_UNREADY = (*DATABASE_AWAY, ProgrammingError)
"""The server is away, or its tables are not those of this release."""

DATABASE_CLASH = (IntegrityError,)
"""A row clashes with one that is there."""

DATABASE_ERRORS = (SQLAlchemyError,)
