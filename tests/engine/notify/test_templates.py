"""An organization's own words: what they may say, and what they may not do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.engine.notify import templates
from app.engine.notify.facts import NAMES, facts_of
from app.engine.notify.kinds_of_message import MESSAGES, candidates, rule_event
from app.engine.notify.message import Message
from app.engine.notify.samples import sample
from app.engine.notify.templates import TemplateError, Words, render_words
from app.engine.notify.words import TITLES
from tests.engine.notify.local import AT, opened


def made(body: str, title: str = "", form: str = "text", **changes: Any) -> dict[str, str]:
    return render_words(Words(title, body, form), opened(**changes), locale="en", is_strict=True)


def test_it_says_what_it_is_told_to() -> None:
    words = made(
        "{{ site.name }} at {{ incident.started_at|time }}: {{ sentence }}", "{{ monitor.name }} is down"
    )
    assert words == {
        "title": "home is down",
        "body": "Shop at 2026-11-21 08:29: It refused the connection.",
        "format": "text",
    }


def test_times_are_those_of_the_organizations_clock() -> None:
    words = render_words(Words("", "{{ at|time('%H:%M') }}"), opened(), locale="zh", zone="Asia/Shanghai")
    assert words["body"] == "16:30"


def test_a_title_left_empty_is_cloudeyes_own() -> None:
    assert made("x")["title"] == "DOWN: home (Shop)"


def test_a_title_is_one_line() -> None:
    assert made("x", "a\r\nBcc: {{ site.name }}")["title"] == "a Bcc: Shop"


def test_it_speaks_the_message_s_language() -> None:
    words = render_words(Words("", "{{ sentence }} {{ title }}"), opened(), locale="zh")
    assert words["body"] == "拒绝连接。 故障：home（Shop）"


def test_html_escapes_what_is_put_in() -> None:
    site = {"id": "2", "name": "<script>x</script>", "base_url": "https://shop.example"}
    assert (
        made("<b>{{ site.name }}</b>", form="html", site=site)["body"]
        == "<b>&lt;script&gt;x&lt;/script&gt;</b>"
    )


def test_markdown_escapes_what_is_put_in_save_addresses() -> None:
    site = {"id": "2", "name": "a_b](x) *c*", "base_url": "https://shop.example/a_b"}
    body = made("**{{ site.name }}** {{ site.base_url }}", form="markdown", site=site)["body"]
    assert body == r"**a\_b\](x) \*c\*** https://shop.example/a_b"


def test_what_a_message_does_not_have_is_empty() -> None:
    assert (
        made("[{{ alert.level }}{{ bug.findings[0].title }}{% for each in group.incidents %}x{% endfor %}]")[
            "body"
        ]
        == "[]"
    )


@pytest.mark.parametrize(
    ("body", "line", "why"),
    [
        ("fine\n{% if %}", 2, "Expected an expression"),
        ("fine\n\n{{ sight.name }}", 3, "sight is not known here"),
        ("a\n{% for x in site %}\n{{ x.no() }}{% endfor %}", 3, "not callable|has no attribute|undefined"),
        ("a\n{{ 1 / 0 }}", 2, "division by zero"),
        ("{% include 'x' %}", 1, "no loader"),
        ("{{ site.update({'name': 'x'}) }}", 1, "sandbox|unsafe|not safely callable"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(body: str, line: int, why: str) -> None:
    with pytest.raises(TemplateError, match=why) as caught:
        made(body)
    assert (caught.value.field, caught.value.line) == ("body", line)
    assert str(caught.value).startswith(f"line {line}: ")


def test_a_title_that_is_wrong_is_said_to_be_the_title() -> None:
    with pytest.raises(TemplateError) as caught:
        made("x", "{{")
    assert caught.value.field == "title"


@pytest.mark.parametrize(
    "body",
    [
        "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}"
        "{% endfor %}{% endfor %}",
        "{{ 'a' * 10 ** 10 }}",
        "{{ 7 ** (7 ** 12) }}",
        "{{ ('x' * 9999999)|center(9999999999) }}",
        "{% for a in range(9999) %}0123456789{% endfor %}",
        "{{ '%9999999999d' % 1 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_what_takes_too_much_is_ended(body: str) -> None:
    with pytest.raises(TemplateError):
        made(body)


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ range.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ 'x'.format.__self__.__class__ }}",
        "{{ '{0.__class__.__mro__}'.format(1) }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__ }}",
        "{{ url_for.__globals__ }}",
    ],
)
def test_nothing_gets_out_of_the_sandbox(body: str) -> None:
    try:
        words = render_words(Words("", body), opened(), locale="en")
    except TemplateError:
        return
    assert words["body"] == ""


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "SECONDS", 0.01)
    with pytest.raises(TemplateError, match="takes too long"):
        made("x")


@pytest.mark.parametrize("kind", MESSAGES)
def test_there_is_a_whole_sample_of_every_kind(kind: str) -> None:
    message = sample(kind, AT)
    facts = facts_of(message, "zh")
    assert set(facts) == set(NAMES)
    assert facts["title"] != kind
    assert json.loads(json.dumps(facts)) == facts
    assert Message.from_dict(message.to_dict()) == message


def test_every_kind_that_has_a_title_is_known() -> None:
    known = {".".join(name.split(".")[:2]) for name in TITLES}
    assert known - {"test", "digest.one"} == set(MESSAGES)


def test_the_most_particular_template_comes_first() -> None:
    assert candidates("incident.opened") == ("incident.opened", "incident.*", "*")
    assert candidates("digest") == ("digest", "*")


@pytest.mark.parametrize(
    ("kind", "event"),
    [("storm.opened", "incident"), ("incident.opened", "incident"), ("bug.grade_fell", "bug.grade_fell")],
)
def test_rules_have_fewer_names_for_kinds(kind: str, event: str) -> None:
    assert rule_event(kind) == event
