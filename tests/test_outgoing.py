"""Nothing that CloudEye asks for on behalf of its users reaches an address that is nobody's business.

Each door of `tests.doors` is given each forbidden address, in a network where every address is this machine
and every packet is seen: none may go out. That the doors do go out when they may is shown beside it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.env import ROOT
from tests.anywhere import FRIEND, World, world
from tests.doors import DOORS, HOSTS, REFUSED, TRICKS, ZONE
from tests.engine.targets import redirect, reply
from tests.places import need_namespaces

NAMES = pytest.mark.parametrize("name", DOORS)
URL_PROBES = ("probe http", "probe steps", "probe websocket", "probe domain by RDAP")
BY_HOST = ("trace", "Apprise's fence", "ownership file", "ownership meta")
READS_URLS = [
    name
    for name in DOORS
    if name not in BY_HOST and (not name.startswith("probe") or name.startswith(URL_PROBES))
]
FOLLOWS = [name for name in DOORS if name.startswith(("door", "tamper", "scan", "probe http", "probe steps"))]


@pytest.fixture(scope="module")
def anywhere() -> Iterator[World]:
    need_namespaces()
    with world() as everything:
        for name, address in ZONE.items():
            everything.points(name, (address,))
        yield everything


@NAMES
def test_it_goes_to_no_forbidden_address(anywhere: World, name: str) -> None:
    anywhere.arrivals()
    said = DOORS[name]([f"http://{host}:{anywhere.port}/" for host in HOSTS], ())
    assert anywhere.arrivals() == set()
    assert {host: word for host, word in zip(HOSTS, said, strict=True) if word not in REFUSED} == {}


@pytest.mark.parametrize("name", READS_URLS)
def test_no_url_is_read_in_two_ways(anywhere: World, name: str) -> None:
    anywhere.arrivals()
    said = DOORS[name]([trick.format(anywhere.port) for trick in TRICKS], ())
    assert anywhere.arrivals() == set()
    assert "ok" not in said


@NAMES
def test_it_goes_where_the_organization_allows(anywhere: World, name: str) -> None:
    anywhere.arrivals()
    DOORS[name]([f"http://10.1.2.3:{anywhere.port}/"], ("10.1.0.0/16",))
    assert {each.address for each in anywhere.arrivals()} == {"10.1.2.3"}


@NAMES
def test_an_allow_list_opens_nothing_beside_it(anywhere: World, name: str) -> None:
    anywhere.arrivals()
    said = DOORS[name]([f"http://10.2.0.1:{anywhere.port}/"], ("10.1.0.0/16",))
    assert anywhere.arrivals() == set()
    assert said[0] in REFUSED


@NAMES
def test_a_bad_address_among_good_ones_is_left_alone(anywhere: World, name: str) -> None:
    anywhere.arrivals()
    anywhere.points("mixed.test", (FRIEND, "10.0.0.1", "169.254.169.254"))
    DOORS[name]([f"http://mixed.test:{anywhere.port}/"], (FRIEND,))
    assert anywhere.arrivals() == set()


@NAMES
def test_a_name_that_changes_its_address_leads_nowhere(anywhere: World, name: str) -> None:
    anywhere.arrivals()
    anywhere.points("turning.test", (FRIEND,), ("10.0.0.1",), ("127.0.0.1",))
    for _ in range(2):
        DOORS[name]([f"http://turning.test:{anywhere.port}/"], (FRIEND,))
    assert anywhere.arrivals() == set()


@pytest.mark.parametrize("name", FOLLOWS)
def test_no_redirect_leads_there(anywhere: World, name: str) -> None:
    anywhere.arrivals()
    targets = [f"http://{host}:{anywhere.port}/" for host in HOSTS if host.isascii()]

    def lead(connection: socket.socket, request: bytes) -> None:
        number = request.split(b" ")[1].rpartition(b"/")[2]
        act = redirect(targets[int(number)]) if number.isdigit() else reply(b"", "404 Not Found")
        act(connection, request)

    anywhere.friend.act = lead
    urls = [f"http://{FRIEND}:{anywhere.friend.port}/{number}" for number in range(len(targets))]
    said = DOORS[name](urls, (FRIEND,))
    assert anywhere.arrivals() == set()
    assert len(said) == len(targets)


# What opens connections, and the door it stands behind; whatever else begins to needs a line and a row.
_OPENS = re.compile(
    r"requests\.(get|post|request|Session|head)\b|pycurl\.Curl\(|urlopen|HTTPS?Connection\(|smtplib|create_connection"
    r"|\.connect(_ex)?\(\(|\.sendto\(|dns\.query|socket\.socket\("
)
KNOWN = {
    "app/core/http.py": "door",
    "app/engine/browser/guard_proxy.py": "browser's proxy",
    "app/engine/bug/fetch_once.py": "ownership",
    "app/engine/bug/tls/line.py": "scan, at addresses that it has judged",
    "app/engine/net/curl.py": "probe, tamper fetch and scan",
    "app/engine/net/dns_lookup.py": "name servers of the machine",
    "app/engine/net/gateway.py": "the machine's own gateway",
    "app/engine/net/names.py": "name servers of the machine",
    "app/engine/net/resolver.py": "name servers of the machine",
    "app/engine/net/trace.py": "trace",
    "app/engine/notify/apprise_child.py": "Apprise's fence",
    "app/engine/usability/control/target.py": "the installation's own control targets",
    "app/engine/usability/icmp/sockets.py": "probe",
    "app/engine/usability/names/asking.py": "probe",
    "app/engine/usability/stream/datagram.py": "probe",
    "app/engine/usability/stream/dial.py": "probe",
    "app/service/file/virus.py": "the operator's own scanner, of CLOUDEYE_CLAMD",
    "app/service/health/flower.py": "a socket of our own",
}


def test_no_other_module_opens_connections() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "tasks")
        for path in Path(ROOT, folder).rglob("*.py")
        if _OPENS.search(path.read_text())
    }
    assert found - set(KNOWN) == set()
    assert set(KNOWN) - found == set()
