"""What a database puts together of many rows is whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.models import db
from app.service.site import create_site, list_sites
from tests.cast import make_organization, make_user


@pytest.fixture
def as_mysql_has_it(mariadb_app: Flask) -> Iterator[None]:
    """MySQL's own bound of what is put together: 1,024 bytes, where MariaDB has a megabyte."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET GLOBAL group_concat_max_len = 1024")
    db.engine.dispose()
    yield
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET GLOBAL group_concat_max_len = DEFAULT")


def test_many_long_tags_are_listed_whole(as_mysql_has_it: None) -> None:
    owner = make_user(make_organization("ours"), "owner", "owner")
    tags = sorted(f"{number:02}{'站' * 48}" for number in range(20))
    create_site(owner, {"name": "Shop", "base_url": "https://shop.example/", "tags": tags})
    assert list_sites(owner).items[0].tags == tags
