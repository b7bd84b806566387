"""Apprise in its fenced process: it sends, says what went wrong, and gets nowhere it may not go."""

from __future__ import annotations

import json
import os
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.engine.net.guard import AllowList
from app.engine.notify import apprise_call
from app.engine.notify.apprise_call import _read, judged, without_secrets
from app.engine.notify.apprise_child import Fence, FencedError, readable_folders
from app.engine.notify.kinds.apprise import AppriseConfig, AppriseKind
from app.engine.notify.registry import SendResult
from tests.engine.notify.local import AT, PlainDoor, opened
from tests.engine.notify.receiver import Hook


def send(url: str, *networks: str, **changes: Any) -> SendResult:
    door = PlainDoor(networks=networks)
    return AppriseKind().send(AppriseConfig(url=url), opened(**changes), door, locale="en", at=AT)


def test_it_sends_through_apprise(hook: Hook) -> None:
    result = send(f"json://127.0.0.1:{hook.port}/hook", "127.0.0.0/8")
    document = json.loads(hook.requests[0].body)
    assert result.ok and result.ms
    assert (document["title"], document["type"]) == ("DOWN: home (Shop)", "failure")


def test_a_page_alert_looks_as_grave_as_it_is(hook: Hook) -> None:
    send(f"json://127.0.0.1:{hook.port}/hook", "127.0.0.0/8", severity="high")
    assert json.loads(hook.requests[0].body)["type"] == "failure"


def test_a_private_address_is_refused_for_good(hook: Hook) -> None:
    result = send(f"json://127.0.0.1:{hook.port}/hook")
    assert (result.ok, result.permanent) == (False, True)
    assert "loopback" in result.error
    assert hook.requests == []


def test_a_redirect_does_not_lead_past_the_guard(hook: Hook) -> None:
    hook.status, hook.answer_headers = 302, {"Location": "http://[::1]:9/"}
    result = send(f"json://127.0.0.1:{hook.port}/hook", "127.0.0.0/8")
    assert not result.ok
    assert "::1 is loopback" in result.error


def test_a_status_in_what_apprise_says_decides(hook: Hook) -> None:
    hook.status = 410
    result = send(f"json://127.0.0.1:{hook.port}/hook", "127.0.0.0/8")
    assert (result.ok, result.permanent, result.http_status) == (False, True, 410)


def test_it_is_tried_again_while_one_of_several_may_still_have_it() -> None:
    answers = [[429, "slow down"], [400, "chat not found"]]
    answer = {"ok": False, "known": True, "error": "Failed: error=400.", "answers": answers}
    assert not judged(answer, "tgram://bot/1/2", 1.0).permanent


def test_who_got_it_is_known_of_a_process_that_was_killed() -> None:
    assert _read(b'{"reached": "0:a@example.org"}\n{"reac') == {"reached": ["0:a@example.org"]}


def test_a_receiver_in_trouble_is_tried_again(hook: Hook) -> None:
    hook.status = 503
    result = send(f"json://127.0.0.1:{hook.port}/hook", "127.0.0.0/8")
    assert (result.permanent, result.http_status) == (False, 503)


def test_a_datagram_is_judged_as_well() -> None:
    result = send("rsyslog://127.0.0.1:9/")
    assert not result.ok
    assert "loopback" in result.error


def test_mail_is_judged_as_well(hook: Hook) -> None:
    result = send(f"mailto://user:pass@example.org:{hook.port}?smtp=127.0.0.1&to=a@example.org")
    assert not result.ok
    assert "loopback" in result.error


def test_a_file_that_a_url_names_is_not_read(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text("{}")
    result = send(f"fcm://project/device?keyfile={key}&mode=oauth2")
    assert (result.permanent, result.error) == (True, "files of this machine must not be read")


def test_a_service_that_hangs_is_ended(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise_call, "SECONDS", 1.5)
    hook.is_open.clear()
    result = send(f"json://127.0.0.1:{hook.port}/hook?rto=60", "127.0.0.0/8")
    assert "did not answer within 1.5 s" in result.error
    assert not result.permanent


def test_a_url_apprise_does_not_know_is_found_before_it_is_saved() -> None:
    kind = AppriseKind()
    assert set(kind.check(AppriseConfig(url="slakc://a/b/c"))) == {"url"}
    assert kind.check(AppriseConfig(url="json://example.org/")) == {}


@pytest.mark.parametrize(
    "url", ["", "no url", "dbus://", "syslog://", "SYSLOG://x", "gnome://x", "windows://x"]
)
def test_what_is_no_url_or_stays_on_this_machine_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        AppriseConfig(url=url)


def test_what_apprise_says_is_kept_without_the_urls_secrets() -> None:
    said = without_secrets("POST https://hooks.example/T0KEN1/ab failed", "slack://T0KEN1/other?x=secret")
    assert said == "POST https://hooks.example/…/ab failed"


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("socket.connect", (None, ("10.0.0.1", 80))),
        ("socket.connect", (None, ("::ffff:127.0.0.1", 80, 0, 0))),
        ("socket.connect", (None, "/run/docker.sock")),
        ("socket.sendto", (None, ("169.254.169.254", 80))),
        ("open", ("/etc/passwd", "r", os.O_RDONLY)),
        ("open", (os.__file__, "w", os.O_WRONLY)),
        ("open", (sysconfig.get_path("stdlib") + "/../../../etc/passwd", "r", os.O_RDONLY)),
        ("subprocess.Popen", ("id", [], None, None)),
        ("os.remove", ("/tmp/x", -1)),
    ],
)
def test_the_fence_refuses(event: str, args: tuple[object, ...]) -> None:
    fence = Fence(AllowList.nothing(), readable_folders())
    with pytest.raises(FencedError):
        fence(event, args)
    assert len(fence.refused) == 1


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("socket.connect", (None, ("93.184.216.34", 443))),
        ("socket.connect", (None, ("10.1.2.3", 443))),
        ("socket.sendmsg", (None, None)),
        ("open", (os.__file__, "r", os.O_RDONLY)),
        ("open", (3, "r", os.O_RDONLY)),
        ("open", ("/dev/null", "w", os.O_WRONLY)),
        ("import", ("ssl",)),
    ],
)
def test_the_fence_lets_pass(event: str, args: tuple[object, ...]) -> None:
    Fence(AllowList.of(["10.0.0.0/8"]), readable_folders())(event, args)
