"""Pages that attack the browser: each ends in time, in memory, and reaches nothing that is not permitted."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from pathlib import Path

import pytest

from app.engine.browser import processes
from app.engine.tamper.fetch import BrowseWant, browse
from tests.engine.tamper.fetch.test_browser import HTML, Show, page, serve, show
from tests.engine.targets import Target, redirect, reply

__all__ = ["show"]
pytestmark = pytest.mark.browser
PERMITTED, FORBIDDEN = "127.0.0.1", "127.0.0.2"


def test_it_ends_with_a_script_that_does_not(show: Show) -> None:
    started = time.monotonic()
    with Target(serve({"/": page("<p>before</p><script>for(;;);</script>")})) as target:
        seen = show(target.url(), seconds=6)
    assert time.monotonic() - started < 9
    assert seen.error == "browser_timeout"
    assert seen.observation.status == 200


@pytest.mark.parametrize("script", ["", "for(;;);"])
def test_it_leaves_no_process_and_no_file_behind(
    chromium_path: str, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = processes.descendants(os.getpid())
    with Target(serve({"/": page(f"<script>{script}</script>")})) as target:
        browse(
            BrowseWant(target.url(), (PERMITTED,), timeout_seconds=4), chromium=chromium_path, now=time.time
        )
    left = {pid for pid in processes.descendants(os.getpid()) - before if processes.is_alive(pid)}
    assert left == set()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "script",
    [
        "for(let i=0;i<100000;i++)alert(i)",
        "for(let i=0;i<100000;i++)window.open('/?'+i)",
        "onbeforeunload=()=>1;setInterval(()=>{print();alert(1);prompt(2);history.pushState(0,0,'/x')},1)",
    ],
)
def test_it_ends_with_a_storm_of_windows(show: Show, script: str) -> None:
    started = time.monotonic()
    with Target(serve({"/": page(f"<p>here</p><script>{script}</script>")})) as target:
        seen = show(target.url(), seconds=6)
    assert time.monotonic() - started < 9
    assert b"<p>here</p>" in seen.observation.body or seen.error == "browser_timeout"


def test_it_ends_a_page_that_takes_all_memory(show: Show) -> None:
    script = "const all=[];setInterval(()=>{for(let i=0;i<8;i++)all.push(new Uint8Array(3e7).fill(7))},5)"
    with Target(serve({"/": page(f"<script>{script}</script>")})) as target:
        seen = show(target.url(), seconds=30, memory_mb=600)
    assert seen.error in ("browser_memory", "browser_crashed")
    assert seen.observation.status == 200


def test_it_cuts_a_tree_without_end(show: Show) -> None:
    script = "document.body.append(document.createComment('x'.repeat(2e7)))"
    with Target(serve({"/": page(f"<script>{script}</script>")})) as target:
        seen = show(target.url(), seconds=30)
    assert seen.observation.is_cut
    assert len(seen.observation.body) == 5_000_000


def test_it_saves_no_file(show: Show) -> None:
    headers = ("Content-Type: application/octet-stream", "Content-Disposition: attachment; filename=evil.exe")
    with Target(reply(b"MZ", headers=headers)) as target:
        assert show(target.url()).error == "download"
        inside = page(f"<p>here</p><script>location='{target.url()}'</script>")
        with Target(serve({"/": inside})) as opener:
            seen = show(opener.url())
    assert (seen.error, b"<p>here</p>" in seen.observation.body) == (None, True)


def test_it_reaches_no_forbidden_address(show: Show) -> None:
    with Target(reply(b"secret"), host=FORBIDDEN) as secret:
        url = f"http://{FORBIDDEN}:{secret.port}"
        away = redirect(f"{url}/away")
        body = f"""<p>here</p><img src='{url}/img'><iframe src='{url}/frame'></iframe><img src='/away'>
            <link rel=prefetch href='{url}/prefetch'><link rel=preconnect href='{url}'>
            <script>
            fetch('{url}/fetch', {{mode: 'no-cors'}}).catch(() => 0);
            new WebSocket('{url}/socket'.replace('http', 'ws'));
            new Worker(URL.createObjectURL(new Blob(["fetch('{url}/worker')"])));
            navigator.sendBeacon('{url}/beacon');
            new EventSource('{url}/events');
            </script>"""

        def act(connection: socket.socket, request: bytes) -> None:
            (away if b"/away" in request else reply(page(body), headers=HTML))(connection, request)

        with Target(act) as target:
            seen = show(target.url(), allow=(PERMITTED,))
        assert secret.requests == []
    assert (seen.error, b"<p>here</p>" in seen.observation.body) == (None, True)
    asked = [each.rpartition("/")[2] for each in seen.observation.requests]
    assert {"img", "frame", "away", "fetch", "socket", "worker", "beacon", "events"} <= set(asked)


@pytest.mark.parametrize("by", ["location", "server"])
def test_it_follows_nobody_to_a_forbidden_address(show: Show, by: str) -> None:
    with Target(reply(b"secret"), host=FORBIDDEN) as secret:
        url = f"http://{FORBIDDEN}:{secret.port}/"
        act = redirect(url) if by == "server" else serve({"/": page(f"<script>location='{url}'</script>")})
        with Target(act) as target:
            seen = show(target.url(), allow=(PERMITTED,))
        assert secret.requests == []
    assert seen.error == seen.observation.error == "address_refused"
    assert seen.observation.redirects[-1].location == url


def test_it_sends_no_packet_beside_the_proxy(show: Show) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((PERMITTED, 0))
        listener.settimeout(0.2)
        stun = f"stun:{PERMITTED}:{listener.getsockname()[1]}"
        script = (
            f"const c=new RTCPeerConnection({{iceServers:[{{urls:'{stun}'}}]}});c.createDataChannel('x');"
            "c.createOffer().then(o=>c.setLocalDescription(o));setTimeout(()=>0,2000)"
        )
        with Target(serve({"/": page(f"<p>here</p><script>{script}</script>")})) as target:
            seen = show(target.url())
        assert b"<p>here</p>" in seen.observation.body
        with pytest.raises(TimeoutError):
            listener.recv(2000)


def test_it_ends_with_a_page_that_always_goes_on(show: Show) -> None:
    started = time.monotonic()
    head = "<meta http-equiv=refresh content='0'>"
    with Target(serve({"/": page("<p>here</p>", head)})) as target:
        seen = show(target.url(), seconds=15)
    assert time.monotonic() - started < 18
    assert seen.error in ("too_many_redirects", "browser_timeout")


def test_it_lets_no_more_through_than_it_may(show: Show) -> None:
    def pour(connection: socket.socket, request: bytes) -> None:
        if b"GET / " in request:
            reply(page("<p>here</p>" + "<img src=/big>"), headers=HTML)(connection, request)
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
        while True:
            connection.sendall(bytes(1_000_000))

    with Target(pour) as target:
        seen = show(target.url(), seconds=30)
    assert b"<p>here</p>" in seen.observation.body or seen.error is not None


def test_it_shows_no_file_of_this_machine(show: Show) -> None:
    body = (
        "<p>here</p><iframe src='file:///etc/passwd'></iframe><script>location='file:///etc/passwd'</script>"
    )
    with Target(serve({"/": page(body)})) as target:
        seen = show(target.url())
    assert b"root:" not in seen.observation.body
    assert b"<p>here</p>" in seen.observation.body
