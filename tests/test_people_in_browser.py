"""Two people from the first visit to the last log-out: real mail, nginx and Chromium, every process up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
import pytest

from tests import servers
from tests.client import Api
from tests.engine.notify.sinks import MailSink, running_mail_sink
from tests.service.account.letters import code_in, token_in
from tests.service.file.kept import picture
from tests.stack import Stack, running_behind_nginx

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

pytestmark = [pytest.mark.browser, pytest.mark.stack]

ANNA, BERT, ANNAS, BERTS = "anna@example.org", "bert@example.org", "four-words-of-anna", "four-words-of-bert"
SITES = 1_000
STEP_SECONDS = 30
PATIENCE_MS = 60_000


@dataclass
class Post:
    """The letters that have arrived; each is opened once."""

    sink: MailSink
    opened: set[int] = field(default_factory=set)

    def letter_to(self, address: str) -> str:
        """The words of the next letter to this address."""
        found: list[int] = []

        def has_come() -> bool:
            mails = list(enumerate(self.sink.mails))
            found[:] = [at for at, mail in mails if address in mail["To"] and at not in self.opened]
            return bool(found)

        servers.wait_for(has_come, f"a letter to {address}", 30)
        self.opened.add(found[0])
        return str(self.sink.mails[found[0]].get_content())


@dataclass
class Person:
    """Somebody at a browser of their own."""

    page: Page
    base_url: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base_url}{path}")

    def fill(self, **values: str) -> None:
        """Fill in fields, each by the name it has in its form."""
        for name, value in values.items():
            self.page.fill(f"[name={name}]", value)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def follow(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).first.click()

    def sees(self, text: str) -> None:
        """Wait until it is to be read on the page."""
        self.page.get_by_text(text, exact=True).first.wait_for(timeout=PATIENCE_MS)

    def log_in(self, account: str, password: str) -> None:
        self.go("/login")
        self.fill(account=account, password=password)
        self.press("Log in")

    def is_out(self) -> bool:
        """Whether the next page that is asked for is the log-in."""
        self.go("/sites")
        return "/login" in self.page.url


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with running_mail_sink() as sink:
        yield Post(sink)


@pytest.fixture(scope="module")
def stack(post: Post) -> Iterator[Stack]:
    """A CloudEye where anybody may register, its letters going to the sink."""
    with running_behind_nginx(CLOUDEYE_X_ACCEL="1") as started:
        api = started.api()
        let_people_in(api, post.sink.port)
        api.close()
        yield started


def let_people_in(api: Api, port: int) -> None:
    server = {"host": "127.0.0.1", "port": port, "security": "none"}
    config = {**server, "sender": "cloudeye@example.org", "to": ["ops@example.org"]}
    channel = api.post("/channels", type="mail", name="letters", config=config)
    api.patch("/user/register/rules", registration=True, mail_channel=channel["id"])


@pytest.fixture
def person(browser: Browser, stack: Stack) -> Iterator[Callable[[], Person]]:
    """Makes people; what a browser complains of on their way fails the test."""
    people: list[Person] = []

    def make() -> Person:
        made = Person(browser.new_context(locale="en-GB").new_page(), stack.base_url)
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on(
            "console", lambda said: made.complaints.append(said.text) if said.type == "error" else None
        )
        people.append(made)
        return made

    yield make
    for each in people:
        each.page.context.close()
    assert [each.complaints for each in people] == [[]] * len(people)


def register(anna: Person, post: Post) -> None:
    anna.go("/login")
    anna.follow("Register")
    anna.fill(account=ANNA)
    anna.press("Send me a code")
    anna.fill(code=code_in(post.letter_to(ANNA)), name="Anna", organization="Berg")
    anna.fill(password=ANNAS, password_again=ANNAS)
    anna.press("Create the account")
    anna.page.wait_for_url("**/setup**")
    anna.press("Leave the first steps")
    anna.sees("No sites yet")


def set_up_codes(anna: Person) -> tuple[pyotp.TOTP, str]:
    """Set up an authenticator app; gives it, and a recovery code."""
    anna.page.get_by_role("link", name="My account").click()
    anna.follow("Security")
    anna.press("Set up")
    app = pyotp.TOTP(anna.page.locator("#key").inner_text().replace(" ", ""))
    anna.fill(code=app.now())
    anna.press("Confirm")
    anna.page.locator("#codes li").first.wait_for()
    codes = anna.page.locator("#codes li").all_inner_texts()
    assert len(codes) == 10
    anna.press("Log out")
    return app, codes[0]


def come_back(anna: Person, code: str) -> None:
    """Log in with the password and a code."""
    anna.log_in(ANNA, ANNAS)
    anna.page.wait_for_url("**/login/second")
    anna.fill(code=code)
    anna.press("Log in")
    anna.page.wait_for_url("**/sites")


def invite(anna: Person) -> None:
    anna.follow("Settings")
    anna.follow("Members")
    anna.follow("Invite somebody")
    anna.fill(account=BERT)
    anna.page.select_option("[name=role]", "operator")
    anna.press("Invite")
    anna.sees("Invited")


def join(bert: Person, letter: str) -> None:
    bert.go(f"/join/{token_in(letter)}")
    bert.sees("Join Berg")
    bert.fill(name="Bert", password=BERTS, password_again=BERTS)
    bert.press("Create the account and join")
    bert.sees("No sites yet")


def go_over(anna: Person) -> None:
    """Make a second organization, see that Bert is not in it, and go back to the first."""
    anna.page.get_by_role("link", name="My account").click()
    anna.follow("My organizations")
    anna.fill(name="Tal")
    anna.press("Create the organization")
    anna.page.wait_for_url("**/setup**")
    anna.press("Leave the first steps")
    anna.go("/settings/members")
    assert anna.page.get_by_text(BERT).count() == 0
    anna.page.locator("details.switch summary").click()
    anna.press("Berg")
    anna.page.wait_for_function("!document.querySelector('details.switch[open]')")
    anna.go("/settings/members")
    anna.sees("Bert")


def upload(bert: Person) -> None:
    """A site, and a picture that proves something about it."""
    bert.follow("Add a site")
    bert.fill(base_url="http://127.0.0.1:9/", name="Shop")
    bert.press("Add the site")
    bert.page.wait_for_url("**/monitors/new**")  # what is checked about it comes next
    bert.follow("Sites")
    bert.follow("Shop")
    panel = bert.page.locator("#files-panel")
    shot: FilePayload = {"name": "home page.png", "mimeType": "image/png", "buffer": picture(800, 600)}
    panel.locator("input[type=file]").set_input_files([shot])
    small = panel.locator(".file-list img")
    assert small.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    with bert.page.expect_download() as told:
        panel.get_by_role("link", name="Download home page.png").click()
    assert Path(told.value.path()).read_bytes() == shot["buffer"]


def bring_in(bert: Person, folder: Path) -> None:
    """Import the sites, tried first."""
    file = folder / "sites.csv"
    rows = "".join(f"Site {at},https://site-{at}.example/,imported\n" for at in range(SITES))
    file.write_text(f"name,base_url,tags\n{rows}")
    bert.follow("Sites")
    bert.follow("Import")
    bert.page.set_input_files("#file", file)
    bert.press("Try the import")
    bert.sees("Nothing was changed yet.")
    bert.press(f"Import {SITES} sites")
    bert.page.get_by_role("link", name="See the sites").click(timeout=PATIENCE_MS)
    bert.sees("Site 0")


def bring_out(bert: Person) -> list[tuple[str, ...]]:
    """Export the sites; gives the workbook's rows."""
    import openpyxl

    bert.follow("Export this list")
    bert.press("Export")
    link = bert.page.get_by_role("link", name="Download")
    with bert.page.expect_download(timeout=PATIENCE_MS) as told:
        link.click(timeout=PATIENCE_MS)
    assert told.value.suggested_filename.endswith(".xlsx")
    with Path(told.value.path()).open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True)
        rows = [tuple(str(cell) for cell in row) for row in book.worksheets[0].iter_rows(values_only=True)]
        book.close()
    return rows


def end_all_others(anna: Person) -> None:
    anna.page.get_by_role("link", name="My account").click()
    anna.follow("Sessions")
    anna.press("End all others")
    anna.press("End all")
    anna.sees("This one")


def test_two_people_from_the_first_visit_to_the_last_log_out(
    person: Callable[[], Person], post: Post, tmp_path: Path
) -> None:
    anna, bert, annas_phone = person(), person(), person()
    register(anna, post)
    app, recovery = set_up_codes(anna)
    come_back(anna, app.at(int(time.time()) + STEP_SECONDS))  # no code is taken twice
    invite(anna)
    join(bert, post.letter_to(BERT))
    go_over(anna)
    upload(bert)
    bring_in(bert, tmp_path)
    rows = bring_out(bert)
    assert len(rows) == 1 + SITES + 1
    assert {row[1] for row in rows} >= {"https://site-0.example/", f"https://site-{SITES - 1}.example/"}
    come_back(annas_phone, recovery)
    end_all_others(anna)
    annas_phone.page.wait_for_url("**/login**")  # by itself
    assert (annas_phone.is_out(), anna.is_out(), bert.is_out()) == (True, False, False)
    bert.press("Log out")
    assert bert.is_out()
