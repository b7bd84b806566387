"""What lies open is found by its content, and by nothing else."""

from __future__ import annotations

import pytest

from tests.bug.serving import Answer, App, Asked
from tests.engine.bug.active.asking import HOME, page, plain, probed, site
from tests.engine.bug.active.samples import SAMPLES

NAMES = tuple(SAMPLES)
each_check = pytest.mark.parametrize("name", NAMES)


def open_site(name: str) -> App:
    return site({path: answer for path, (_, answer) in SAMPLES[name].items()})


def wanted(name: str) -> set[tuple[str, str]]:
    return {(f"{name}.{rule}", path) for path, (rule, _) in SAMPLES[name].items()}


@each_check
def test_it_finds_what_lies_open(name: str) -> None:
    assert probed(open_site(name), name).places == wanted(name)


@each_check
def test_it_finds_nothing_where_all_is_missing(name: str) -> None:
    assert probed(site({}), name).hits == []


@each_check
def test_it_takes_pages_about_a_thing_for_what_they_are(name: str) -> None:
    words = {path: " ".join(str(answer.body)[:300].split()) for path, (_, answer) in SAMPLES[name].items()}
    pages = {
        path: Answer(page("A note", f"<p>On {path}</p><pre>{_escaped(text)}</pre>"))
        for path, text in words.items()
    }
    assert probed(site(pages), name).hits == []


@each_check
def test_it_drops_what_a_site_answers_to_everything(name: str) -> None:
    answers = [answer for _, answer in SAMPLES[name].values()]
    for given in answers:
        assert probed(lambda asked, given=given: HOME if asked.path == "/" else given, name).hits == []  # type: ignore[misc]


@each_check
def test_it_takes_no_refusal_for_a_find(name: str) -> None:
    soon = (("Retry-After", "0"),)
    for status in (401, 403, 429, 500, 503):
        refused = {
            path: Answer(answer.body, status, answer.kind, soon)
            for path, (_, answer) in SAMPLES[name].items()
        }
        assert probed(site(refused), name).hits == [], status


@each_check
def test_a_redirect_is_no_find(name: str) -> None:
    moved = {
        path: Answer(answer.body, 302, answer.kind, (("Location", "/login"),))
        for path, (_, answer) in SAMPLES[name].items()
    }
    assert probed(site(moved), name).hits == []


def test_it_finds_what_lies_in_a_folder_of_the_site() -> None:
    files = {
        "/shop/": Answer(page("Shop", '<img src="/shop/tea.png">')),
        "/shop/.git/HEAD": plain("ref: refs/heads/main\n"),
    }
    found = probed(site(files), "version_control", path="/shop/")
    assert found.places == {("version_control.repository", "/shop/.git/HEAD")}


def test_a_repository_is_one_find() -> None:
    files = {"/.git/HEAD": plain("ref: refs/heads/main\n"), "/.git/config": plain("[core]\n\tbare = false\n")}
    assert len(probed(site(files), "version_control").hits) == 1


def test_it_goes_where_a_folder_leads_into_itself() -> None:
    panel = SAMPLES["status_pages"]["/phpinfo.php"][1]
    files = {
        "/metrics": Answer("", 301, "", (("Location", "/metrics/"),)),
        "/metrics/": plain("# HELP a_total Requests.\n# TYPE a_total counter\na_total 9\n"),
        "/phpinfo.php": panel,
    }
    found = probed(site(files), "status_pages")
    assert ("status_pages.metrics", "/metrics/") in found.places


def test_secrets_in_the_evidence_are_masked() -> None:
    found = probed(open_site("secret_files"), "secret_files")
    shown = " ".join(hit.evidence for hit in found.hits)
    assert not any(
        word in shown for word in ("Tea4Two!2024", "kd83jfn29djw02ks", "npm_k3j4h5k6j7k8l9", "MIIEow")
    )


def test_evidence_is_short() -> None:
    for name in NAMES:
        assert all(0 < len(hit.evidence) <= 300 for hit in probed(open_site(name), name).hits)


def test_a_strangers_view_counts_not_the_log_ins() -> None:
    def answer(asked: Asked) -> Answer:
        if "cookie" not in asked.headers:
            return Answer("", 302, "", (("Location", "/login"),))
        return open_site("panels")(asked)

    from app.engine.bug.types import Login

    found = probed(answer, "panels", "secret_files", login=Login(headers=(("Cookie", "sid=1"),)))
    assert found.hits == []


def test_what_only_a_template_says_is_no_environment() -> None:
    files = {"/.env": plain("# Nothing is configured here. See the notes.\n")}
    assert probed(site(files), "secret_files").hits == []


def test_a_health_page_may_say_that_all_is_well() -> None:
    files = {
        "/health": plain('{"status": "UP"}', "application/json"),
        "/actuator/health": plain('{"status":"UP","groups":["liveness"]}', "application/json"),
        "/status": plain('{"status": "ok", "version": "1.2"}', "application/json"),
    }
    assert probed(site(files), "status_pages", "api_data").hits == []


def test_a_list_of_authors_is_no_list_of_accounts() -> None:
    files = {"/api/users": plain('[{"id": 1, "name": "Anna"}, {"id": 2, "name": "Ben"}]', "application/json")}
    assert probed(site(files), "api_data").hits == []


def test_an_administration_that_asks_for_a_password_is_none_of_ours() -> None:
    form = '<form method="post"><input name="user"><input type="password" name="pass"></form>'
    found = probed(site({"/admin/": Answer(page("Administration", form))}), "panels")
    assert found.hits == []


def test_robots_txt_shows_where_the_administration_is() -> None:
    panel = SAMPLES["panels"]["/admin/"][1]
    robots = plain("User-agent: *\nDisallow: /office-2024/\n")
    inside = Answer(str(panel.body).replace("/admin/", "/office-2024/"))
    found = probed(site({"/robots.txt": robots, "/office-2024/": inside}), "panels")
    assert found.places == {("panels.admin-open", "/office-2024/")}


def test_a_leftover_of_a_page_that_the_crawl_saw_is_found() -> None:
    files = {
        "/": Answer(page("Tea", '<a href="/shop/near.php?town=Kiel">Shops</a>')),
        "/shop/near.php": Answer(page("Shops", "<p>None near you.</p>")),
        "/shop/near.php.bak": plain("<?php\n$town = $_GET['town'];\n"),
    }
    assert probed(site(files), "backups").places == {("backups.leftover", "/shop/near.php.bak")}


def test_a_server_that_ignores_endings_has_no_leftovers() -> None:
    source = plain("<?php\n$town = 1;\n")

    def answer(asked: Asked) -> Answer:
        if asked.path == "/":
            return Answer(page("Tea", '<a href="/near.php">Shops</a>'))
        if asked.path == "/near.php":
            return Answer(page("Shops", "<p>None near you.</p>"))
        return source if asked.path.startswith("/near.php") else Answer("no", 404)

    assert probed(answer, "backups").hits == []


def test_the_page_as_it_was_is_a_leftover() -> None:
    text = page("Opening hours", "<p>Every day but Sunday, from nine to six, and to eight before feasts.</p>")
    files = {
        "/": Answer(page("Tea", '<a href="/hours.html">Hours</a>')),
        "/hours.html": Answer(text),
        "/hours.html.bak": plain(text, "application/octet-stream"),
    }
    assert probed(site(files), "backups").places == {("backups.leftover", "/hours.html.bak")}


def test_a_debugger_instead_of_a_missing_page_is_found() -> None:
    text = "<p>You're seeing this error because you have <code>DEBUG = True</code> in your settings.</p>"
    found = probed(site({}, missing=Answer(page("Page not found at /x", text), 404)), "debug_tools")
    assert found.rules == {"debug_tools.debug-mode"}


def test_wordpress_tells_its_first_author() -> None:
    files = {
        "/": Answer(page("Tea", '<link rel="stylesheet" href="/wp-content/themes/a.css">')),
        "/?author=1": Answer("", 301, "", (("Location", "/author/anna/"),)),
    }
    assert probed(site(files), "cms").rules == {"cms.users"}


def test_full_scans_ask_for_more() -> None:
    files = {"/.env.staging": plain("DB_PASSWORD=Tea4Two!2024\nDB_HOST=db1\n")}
    assert probed(site(files), "secret_files").hits == []
    assert probed(site(files), "secret_files", profile="full").rules == {"secret_files.env"}


def test_no_address_is_asked_for_twice() -> None:
    found = probed(site({}))
    plain_ones = [
        asked.target for asked in found.asked if asked.method == "GET" and "origin" not in asked.headers
    ]
    assert len(plain_ones) == len(set(plain_ones))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
