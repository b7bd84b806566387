"""MQTT against a real mosquitto, and against peers that do not keep to the protocol."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import ValidationError

from app.engine.usability.mqtt import packet
from app.engine.usability.reasons import sentence
from app.engine.usability.registry import get_type, problems
from app.engine.usability.types import Sample
from tests.engine.certs import Authority
from tests.engine.usability.once import check
from tests.engine.usability.peers import Act, Peer, saying, silent
from tests.servers import Server, free_port, is_listening, need, running

CONFIGURATION = """
user root
per_listener_settings true
persistence false
listener {open} 127.0.0.1
allow_anonymous true
acl_file {folder}/acl
listener {closed} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
listener {tls} 127.0.0.1
allow_anonymous true
certfile {certificate}
keyfile {key}
"""


@dataclass(frozen=True)
class Broker:
    open: int
    closed: int
    tls: int
    ca_file: str


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Broker]:
    program = need("mosquitto", package="mosquitto")
    folder = tmp_path_factory.mktemp("mosquitto")
    (folder / "acl").write_text("topic readwrite test/#\ntopic deny forbidden\n")
    words = [need("mosquitto_passwd", package="mosquitto"), "-b", "-c", str(folder / "passwords")]
    subprocess.run([*words, "probe", "opensesame"], check=True, capture_output=True)
    certificate, key = authority.files("127.0.0.1")
    ports = {"open": free_port(), "closed": free_port(), "tls": free_port()}
    (folder / "mosquitto.conf").write_text(
        CONFIGURATION.format(folder=folder, certificate=certificate, key=key, **ports)
    )
    words = [program, "-c", str(folder / "mosquitto.conf")]
    with running(Server(words, folder, lambda: all(is_listening(each) for each in ports.values()))):
        yield Broker(**ports, ca_file=authority.ca_file)


def ask(port: int, **config: Any) -> Sample:
    return check("mqtt", host="127.0.0.1", port=port, **config)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_it_logs_in_and_asks_for_a_sign_of_life(broker: Broker, version: str) -> None:
    sample = ask(broker.open, version=version)
    assert (sample.status, sample.reason) == ("up", None)
    assert None not in (sample.connect_ms, sample.first_byte_ms, sample.transfer_ms)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
@pytest.mark.parametrize("quality", ["0", "1"])
def test_a_message_comes_back(broker: Broker, version: str, quality: str) -> None:
    sample = ask(broker.open, version=version, quality=quality, exchange="round_trip", topic="test/round")
    assert (sample.status, sample.facts["topic"]) == ("up", "test/round")
    assert sample.facts["message"].startswith("cloudeye ")


def test_visits_at_once_do_not_mix(broker: Broker) -> None:
    samples: list[Sample] = []

    def visit() -> None:
        samples.append(ask(broker.open, exchange="round_trip", topic="test/crowd", quality="1"))

    threads = [threading.Thread(target=visit) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [each.status for each in samples] == ["up"] * 5
    assert len({each.facts["message"] for each in samples}) == 5


def test_it_speaks_tls(broker: Broker) -> None:
    sample = ask(broker.tls, tls=True, ca_file=broker.ca_file)
    assert sample.status == "up"
    assert sample.tls_ms is not None
    assert sample.facts["tls"]["is_verified"] is True
    assert ask(broker.tls, tls=True).reason == "tls_untrusted"
    assert ask(broker.tls, tls=True, verify_tls=False).status == "up"


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_it_logs_in_with_a_password(broker: Broker, version: str) -> None:
    assert ask(broker.closed, version=version, username="probe", password="opensesame").status == "up"
    sample = ask(broker.closed, version=version, username="probe", password="wrong-password")
    assert (sample.status, sample.reason) == ("down", "login_refused")
    assert "wrong-password" not in str(sample.to_wire())
    assert ask(broker.closed, version=version).reason == "login_required"


def test_it_waits_for_a_message_with_a_text(broker: Broker) -> None:
    with socket.create_connection(("127.0.0.1", broker.open)) as sensor:
        sensor.sendall(packet.connect("3.1.1", "sensor", "", "", 60))
        sensor.recv(10)
        retained = packet.publish("3.1.1", 0, "test/sensor", b'{"t": 21.5}', 0)
        sensor.sendall(bytes((retained[0] | 1,)) + retained[1:] + packet.packet(packet.PINGREQ, 0))
        sensor.recv(10)
    good = ask(broker.open, exchange="receive", topic="test/#", expected='"t"')
    assert (good.status, good.facts["message"]) == ("up", '{"t": 21.5}')
    other = ask(broker.open, exchange="receive", topic="test/#", expected='"rain"', timeout_ms=300)
    assert (other.status, other.reason) == ("down", "mqtt_other_message")
    assert "21.5" in sentence(other.reason, other.detail)
    assert other.facts["evidence"]["answers"] == ['test/sensor: {"t": 21.5}']


def test_it_says_when_no_message_comes(broker: Broker) -> None:
    sample = ask(broker.open, exchange="receive", topic="test/silence", timeout_ms=300)
    assert (sample.status, sample.reason) == ("down", "mqtt_no_message")


def test_a_forbidden_topic_is_told(broker: Broker) -> None:
    how = {"exchange": "round_trip", "topic": "forbidden", "quality": "1", "timeout_ms": 500}
    assert ask(broker.open, version="5", **how).reason == "mqtt_publish_refused"


def _after_connect(*data: bytes) -> Act:
    """Read the greeting, then say this and wait."""

    def act(peer: Peer, connection: socket.socket) -> None:
        connection.recv(1000)
        for each in data:
            connection.sendall(each)
        peer.until_closed.wait(30)

    return act


WELCOME = packet.packet(packet.CONNACK, 0, b"\0\0")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (packet.packet(packet.CONNACK, 0, b"\0\x01"), "mqtt_refused"),
        (packet.packet(packet.CONNACK, 0, b"\0\x02"), "mqtt_refused"),
        (packet.packet(packet.CONNACK, 0, b"\0\x03"), "service_refused"),
        (packet.packet(packet.CONNACK, 0, b"\0\x05"), "login_required"),
        (packet.packet(packet.CONNACK, 0, b"\0\x99"), "mqtt_refused"),
        (packet.packet(packet.CONNACK, 0, b""), "mqtt_bad_packet"),
        (packet.packet(packet.CONNACK, 0, b"\0\0\0"), "mqtt_bad_packet"),
        (packet.packet(packet.PINGRESP, 0), "mqtt_bad_packet"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(200), "mqtt_bad_packet"),
        (b"\x20\xff\xff\xff\xff\xff", "mqtt_bad_packet"),
        (b"\x20\xff\xff\xff\x7f", "answer_too_long"),
        (WELCOME + packet.packet(packet.SUBACK, 0, b"\0\x01\0"), "mqtt_bad_packet"),
        (WELCOME + packet.packet(packet.DISCONNECT, 0, b"\x8b"), "mqtt_sent_away"),
    ],
)
def test_it_tells_apart_what_brokers_say(said: bytes, reason: str) -> None:
    with Peer(_after_connect(said)) as peer:
        sample = ask(peer.port)
    assert (sample.status, sample.reason) == ("down", reason)


@pytest.mark.parametrize(
    "said",
    [
        packet.packet(packet.PUBLISH, 0, b"\xff\xff"),
        packet.packet(packet.PUBLISH, 6, b"\0\1aaa"),
        packet.packet(packet.PUBLISH, 2, b"\0\1a"),
        packet.packet(packet.SUBACK, 0, b"\0\x09\0"),
        packet.packet(packet.SUBACK, 0, b"\0"),
    ],
)
def test_odd_packets_are_refused(said: bytes) -> None:
    with Peer(_after_connect(WELCOME + said)) as peer:
        sample = ask(peer.port, exchange="receive", topic="a")
    assert sample.reason == "mqtt_bad_packet"


def test_a_flood_of_other_messages_ends() -> None:
    other = packet.packet(packet.PUBLISH, 0, packet.text("a") + b"noise")
    with Peer(_after_connect(WELCOME + packet.packet(packet.SUBACK, 0, b"\0\x01\0") + other * 5000)) as peer:
        sample = ask(peer.port, exchange="receive", topic="a", expected="music")
    assert sample.reason == "mqtt_other_message"


def test_silence_and_hanging_up_are_told() -> None:
    with Peer(silent) as peer:
        assert ask(peer.port, timeout_ms=800).reason == "timeout"
    with Peer(saying(WELCOME[:2])) as peer:
        assert ask(peer.port).reason in ("connection_closed", "connection_reset")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({}, "host"),
        ({"host": "a", "exchange": "receive"}, "config"),
        ({"host": "a", "exchange": "round_trip", "topic": "a/#"}, "config"),
        ({"host": "a", "version": "3.1"}, "version"),
        ({"host": "a", "quality": "2"}, "quality"),
    ],
)
def test_a_wrong_configuration_names_the_field(config: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        get_type("mqtt").parse(config)
    assert list(problems(caught.value)) == [field]
