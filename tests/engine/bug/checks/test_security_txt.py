from app.engine.bug.checks.security_txt import look
from app.engine.bug.types import Response
from tests.engine.bug.checks.sight import answer, gathered, rules

PATH = "/.well-known/security.txt"


def seen(response: Response | None) -> set[str]:
    everything = gathered()
    everything.security_txt = response
    return rules(list(look(everything)))


def text(body: str) -> Response:
    return answer(body, PATH, kind="text/plain")


def test_it_misses_the_file() -> None:
    assert seen(answer("", PATH, status=404)) == {"missing"}
    assert seen(answer("<html>home</html>", PATH)) == {"missing"}
    assert seen(text("welcome")) == {"missing"}


def test_it_reads_the_fields() -> None:
    assert seen(text("Expires: 2037-01-01T00:00:00Z\nPolicy: x")) == {"without-contact"}
    assert seen(text("Contact: mailto:a@b.example")) == {"without-expires"}
    assert seen(text("Contact: mailto:a@b.example\nExpires: 2020-01-01T00:00:00Z")) == {"expired"}


def test_it_is_content_with_a_good_file_and_says_nothing_without_an_answer() -> None:
    assert not seen(text("Contact: mailto:a@b.example\nExpires: 2037-01-01T00:00:00z"))
    assert not seen(text("Contact: mailto:a@b.example\nExpires: soon"))
    assert not seen(None)
    assert not seen(answer("", PATH, status=503))
