"""Folders that the server lists, as the common servers write it."""

from __future__ import annotations

import pytest

from tests.bug.serving import Answer, Asked
from tests.engine.bug.active.asking import page, plain, probed, site

_APACHE = (
    "<html><head><title>Index of {bare}</title></head><body><h1>Index of {bare}</h1>"
    '<a href="?C=N;O=D">Name</a> <a href="/">Parent Directory</a> <a href="a.csv">a.csv</a></body></html>'
)
_NGINX = (
    "<html><head><title>Index of {path}</title></head><body><h1>Index of {path}</h1><hr><pre>"
    '<a href="../">../</a>\n<a href="a.csv">a.csv</a></pre></body></html>'
)
_PYTHON = (
    "<html><head><title>Directory listing for {path}</title></head><body>"
    "<h1>Directory listing for {path}</h1>"
    '<ul><li><a href="a.csv">a.csv</a></li></ul></body></html>'
)
_TOMCAT = (
    "<html><head><title>Directory Listing For [{path}]</title></head><body>"
    "<a href='{path}a.csv'>a</a></body></html>"
)
_IIS = (
    "<html><head><title>tea.example - {path}</title></head><body><H1>tea.example - {path}</H1><hr>"
    '<pre><A HREF="/">[To Parent Directory]</A><br><A HREF="{path}a.csv">a.csv</A></pre></body></html>'
)
_EXPRESS = (
    "<!DOCTYPE html><html><head><title>listing directory {path}</title></head><body><ul>"
    '<li><a href="{path}a.csv">a.csv</a></li></ul></body></html>'
)


@pytest.mark.parametrize("text", [_APACHE, _NGINX, _PYTHON, _TOMCAT, _IIS, _EXPRESS])
def test_a_listing_is_found(text: str) -> None:
    body = text.format(path="/uploads/", bare="/uploads")
    found = probed(site({"/uploads/": Answer(body)}), "listing")
    assert found.places == {("listing.directory", "/uploads/")}
    assert "a.csv" in found.hits[0].evidence


def test_a_bucket_that_lists_its_objects_is_found() -> None:
    body = "<?xml version='1.0'?><ListBucketResult><Name>tea</Name>"
    body += "<Contents><Key>a</Key></Contents></ListBucketResult>"
    found = probed(site({"/": plain(body, "application/xml")}), "listing")
    assert found.rules == {"listing.bucket"}


def test_folders_of_the_sites_own_pictures_are_looked_at() -> None:
    files = {
        "/": Answer(page("Tea", '<img src="/pictures/2024/leaf.png">')),
        "/pictures/2024/": Answer(_NGINX.format(path="/pictures/2024/")),
    }
    assert probed(site(files), "listing").places == {("listing.directory", "/pictures/2024/")}


def test_folders_that_robots_txt_hides_are_looked_at() -> None:
    files = {
        "/robots.txt": plain("User-agent: *\nDisallow: /private-2024/\n"),
        "/private-2024/": Answer(_NGINX.format(path="/private-2024/")),
    }
    assert probed(site(files), "listing").places == {("listing.directory", "/private-2024/")}


@pytest.mark.parametrize(
    "body",
    [
        page("Index of authors", '<a href="adams">Adams</a>'),
        page("Index of /pub", '<p>So it is titled.</p><a href="a.csv">a.csv</a>'),
        page("Index of /uploads/", "<p>A page with that title, without any entries.</p>"),
        page("Uploads", '<a href="../">Up</a><a href="a.csv">a.csv</a>'),
    ],
)
def test_a_page_that_talks_of_listings_is_none(body: str) -> None:
    assert probed(site({"/uploads/": Answer(body)}), "listing").hits == []


def test_a_site_that_lists_whatever_is_asked_proves_nothing() -> None:
    def answer(asked: Asked) -> Answer:
        return Answer(_NGINX.format(path=asked.path))

    assert probed(answer, "listing").hits == []
