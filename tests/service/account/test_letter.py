"""Letters to single people, through a real SMTP server."""

from __future__ import annotations

import logging

import pytest

from app.core.errors import InvalidError
from app.core.secret_box import seal
from app.core.settings import get_settings
from app.models import Delivery, db
from app.service.account.address import Address
from app.service.account.letter import base_url, deliver_letter, post
from app.service.account.letter_words import WORDS
from app.service.account.rules import change_rules
from app.service.actor import Actor
from app.service.channel.manage import create_channel
from app.service.organization import change_settings
from tests.engine.notify.sinks import running_mail_sink
from tests.service.account.letters import letters, sealed_letters, use_mail

ANNA = Address("email", "anna@example.org")


def test_it_goes_to_its_address_alone_and_into_no_list(owner: Actor) -> None:
    change_settings(owner, {"allowed_networks": ["127.0.0.0/8"]})
    with running_mail_sink() as sink:
        use_mail(owner, sink.port)
        post(ANNA, "code", locale="zh", code="123456")
        (sealed,) = sealed_letters()
        assert deliver_letter(sealed)
    assert sink.recipients == ["anna@example.org"]
    assert "123456" in str(sink.mails[0]["subject"]) and "验证码" in sink.mails[0].get_content()
    assert db.session.query(Delivery).count() == 0


def test_it_is_tried_again_while_the_server_is_away(owner: Actor) -> None:
    change_settings(owner, {"allowed_networks": ["127.0.0.0/8"]})
    use_mail(owner, 9)
    post(ANNA, "code", locale="en", code="123456")
    (sealed,) = sealed_letters()
    assert not deliver_letter(sealed)


def test_what_waits_is_sealed(owner: Actor) -> None:
    use_mail(owner)
    post(ANNA, "code", locale="en", code="123456")
    (sealed,) = sealed_letters()
    assert "123456" not in sealed and "anna" not in sealed


def test_nobodys_letter_looks_like_any_and_goes_nowhere(owner: Actor) -> None:
    use_mail(owner)
    post(None, "code", locale="en", code="123456")
    (sealed,) = sealed_letters()
    assert deliver_letter(sealed)


def test_one_that_waited_too_long_is_not_sent(owner: Actor) -> None:
    use_mail(owner)
    job = {"kind": "code", "until": 1, "to": ["email", "a@b.c"], "locale": "en", "facts": {"code": "1"}}
    assert deliver_letter(seal(job))


def test_one_sealed_with_another_key_is_dropped(owner: Actor) -> None:
    assert deliver_letter("00000000:nonsense")


def test_without_a_channel_it_is_logged_in_development_alone(
    owner: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    vars(get_settings())["ENV"] = "development"
    with caplog.at_level(logging.WARNING, "cloudeye.account"):
        post(ANNA, "code", locale="en", code="123456")
    assert "123456" in caplog.records[0].__dict__["text"]
    assert letters() == []


def test_links_lead_to_the_public_address(owner: Actor) -> None:
    assert base_url() == "http://127.0.0.1:8000"
    vars(get_settings())["BASE_URL"] = "https://eye.example.org"
    assert base_url() == "https://eye.example.org"


def test_only_a_channel_that_reaches_single_people_can_be_chosen(owner: Actor) -> None:
    hook = create_channel(
        owner, {"type": "webhook", "name": "hook", "config": {"url": "http://127.0.0.1:9/"}}
    )
    with pytest.raises(InvalidError) as caught:
        change_rules(owner, {"mail_channel": hook.id})
    assert list(caught.value.fields) == ["mail_channel"]


@pytest.mark.parametrize("kind", sorted(WORDS))
def test_every_letter_is_written_in_both_languages(kind: str) -> None:
    assert set(WORDS[kind]) == {"en", "zh"}
