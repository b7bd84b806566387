"""What registries write, and the many ways they write a moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.engine.usability.domain.dates import read_moment
from app.engine.usability.domain.record import NotRegisteredError, UnreadableError
from app.engine.usability.domain.whois import LimitedError, question_for, read_answer, referral
from app.engine.usability.probes.domain import registrable

UK = """
    Domain name:
        example.co.uk

    Registrar:
        Names Ltd [Tag = NAMES]

    Relevant dates:
        Registered on: 14-Jun-1999
        Expiry date:  14-Jun-2027

    Registration status:
        Registered until expiry date.

    Name servers:
        ns1.example.co.uk  192.0.2.1
"""
JP = "[Domain Name] EXAMPLE.JP\n[登録年月日]   2001/03/26\n[有効期限]     2027/03/31\n[状態]   Active\n"
FI = "domain.............: example.fi\nexpires............: 31.8.2027 10:00:00\n"
RU = "domain:        EXAMPLE.RU\nnserver:       ns1.example.ru.\npaid-till:     2027-09-30T21:00:00Z\n"
CN = "Domain Name: example.cn\nRegistration Time: 2003-03-17\nExpiration Time: 2027-03-17 12:48:36\n"
TR = "Created on..............: 2001-Aug-23.\nExpires on..............: 2027-Aug-22.\n"
TW = (
    "Domain Name: example.tw\n   Record expires on 2027-05-01 (YYYY-MM-DD)\n   Record created on 1999-05-01\n"
)
BR = "domain:      example.br\ncreated:     19960517 #4137\nexpires:     20270517\nstatus:      published\n"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (UK, "2027-06-14"),
        (JP, "2027-03-31"),
        (FI, "2027-08-31"),
        (RU, "2027-09-30"),
        (CN, "2027-03-17"),
        (BR, "2027-05-17"),
        (TR, "2027-08-22"),
        (TW, "2027-05-01"),
    ],
)
def test_it_reads_the_forms_of_registries(text: str, day: str) -> None:
    ends = read_answer(text, "x").expires_ms
    assert ends is not None
    assert datetime.fromtimestamp(ends / 1000, UTC).date().isoformat() == day


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("NOT FOUND\n", NotRegisteredError),
        ("%% No entries found in this database\n", NotRegisteredError),
        ("example.test is free\n", NotRegisteredError),
        ("Domain Status: No Object Found\n", NotRegisteredError),
        ("Status: AVAILABLE\n", NotRegisteredError),
        ('domain "example.test" not found.\n', NotRegisteredError),
        ("The requested domain was not found in the Registry's WHOIS server.\n", NotRegisteredError),
        ("Domain name example.test does not exist\n", NotRegisteredError),
        ("%ERROR:101: no entries found\n", NotRegisteredError),
        ("%ERROR:103: Domain is not registered\n", NotRegisteredError),
        ("example.test: no entries found.\n", NotRegisteredError),
        ("example.test - No Match\n", NotRegisteredError),
        ("% No such domain\n", NotRegisteredError),
        ("No_Se_Encontro_El_Objeto/Object_Not_Found\n", NotRegisteredError),
        ("Error: the service was not found\n", UnreadableError),
        ("You have exceeded: rate limit exceeded\n", LimitedError),
        ("Queried interval is too short.\n", LimitedError),
        ("The WHOIS query quota for 192.0.2.1 has been exceeded\n", LimitedError),
        ("Number of allowed queries exceeded.\n", LimitedError),
        ("Welcome\n", UnreadableError),
    ],
)
def test_it_knows_how_registries_say_no(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_answer(text, "x")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("refer:  whois.nic.test\n", "whois.nic.test"),
        ("   Registrar WHOIS Server: whois://w.names.test\n", "w.names.test"),
        ("refer: not a host\n", None),
        ("refer: user@host\n", None),
    ],
)
def test_it_finds_whom_to_ask_next(text: str, host: str | None) -> None:
    assert referral(text) == host


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-12T14:05:06Z", "2026-10-12T14:05:06"),
        ("2026-10-12T14:05:06.789+02:00", "2026-10-12T12:05:06"),
        ("2026-10-12 14:00:00+08", "2026-10-12T06:00:00"),
        ("2026-10-12 14:00:00 (UTC+8)", "2026-10-12T06:00:00"),
        ("2026-10-12", "2026-10-12T00:00:00"),
        ("2026. 10. 12.", "2026-10-12T00:00:00"),
        ("2026年10月12日", "2026-10-12T00:00:00"),
        ("20261012", "2026-10-12T00:00:00"),
        ("12.10.2026", "2026-10-12T00:00:00"),
        ("12/10/2026", "2026-10-12T00:00:00"),
        ("10/25/2026", "2026-10-25T00:00:00"),
        ("12-Oct-2026 10:00:00 UTC", "2026-10-12T10:00:00"),
        ("12th October 2026", "2026-10-12T00:00:00"),
        ("2026-Oct-12 10:00:00", "2026-10-12T10:00:00"),
        ("Oct 12, 2026", "2026-10-12T00:00:00"),
        ("Mon Oct 12 2026", "2026-10-12T00:00:00"),
        ("Mon Oct 12 14:00:00 UTC 2026", "2026-10-12T14:00:00"),
        ("2026-02-31", None),
        ("0000-00-00", None),
        ("never", None),
        ("9" * 5000, None),
    ],
)
def test_it_reads_moments(text: str, moment: str | None) -> None:
    found = read_moment(text)
    shown = None if found is None else datetime.fromtimestamp(found / 1000, UTC).isoformat()[:19]
    assert shown == moment


@pytest.mark.parametrize(
    ("host", "domain"),
    [("www.example.co.uk", "example.co.uk"), ("x.github.io", "github.io"), ("a.b.test", "b.test")],
)
def test_it_finds_the_registered_part(host: str, domain: str) -> None:
    assert registrable(host) == domain


@pytest.mark.parametrize(
    ("server", "question"),
    [
        ("whois.nic.test", "example.test"),
        ("whois.jprs.jp", "example.test/e"),
        ("whois.verisign-grs.com", "domain example.test"),
    ],
)
def test_it_asks_each_server_in_its_way(server: str, question: str) -> None:
    assert question_for(server, "example.test") == question


def test_it_reads_the_english_form_of_japan() -> None:
    text = "[Expires on]  2027/03/31\n[Status]   Active\n[Name Server]  ns1.example.jp\n"
    record = read_answer(text, "x")
    assert (record.statuses, record.name_servers) == (("active",), ("ns1.example.jp",))
    assert record.expires_ms is not None
