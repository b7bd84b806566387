"""Some requests sent together, on connections that are kept for the next ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from time import sleep
from typing import Protocol

import pycurl

from app.engine.bug.http.course import NAP_SECONDS, Course, ScanOverError
from app.engine.bug.http.flight import UNVERIFIED, Flight
from app.engine.bug.types import Request, Response
from app.engine.net.curl import Transfer

_SOON_SECONDS = 0.002


class Sender(Protocol):
    """For whom a round sends."""

    def flight_of(self, request: Request) -> Flight | Response:
        """The request, ready to go; or its answer, when it does not go."""
        ...

    def went(self) -> None:
        """A request has been sent."""
        ...

    def came(self, response: Response) -> None:
        """An answer has come, or the reason why there is none."""
        ...


class Wires:
    """libcurl's multi handle and idle easy ones. Not for several threads at once."""

    def __init__(self, ca_file: str, connections: int) -> None:
        self.connections = connections
        self.multi = pycurl.CurlMulti()
        self._ca_file = ca_file
        self._idle: list[Transfer] = []

    def take(self) -> Transfer:
        return self._idle.pop() if self._idle else Transfer(self._ca_file)

    def give_back(self, transfer: Transfer) -> None:
        transfer.settle()
        self._idle.append(transfer)

    def close(self) -> None:
        for transfer in self._idle:
            transfer.close()
        self._idle.clear()
        self.multi.close()


class Round:
    """Good for one `run`."""

    def __init__(self, requests: Sequence[Request], sender: Sender, course: Course, wires: Wires) -> None:
        self._requests = requests
        self._sender = sender
        self._course = course
        self._wires = wires
        self._waiting = deque(enumerate(requests))
        self._again: deque[tuple[int, Flight]] = deque()
        self._flying: dict[pycurl.Curl, tuple[int, Flight, Transfer]] = {}
        self._found: list[Response | None] = [None] * len(requests)

    def run(self) -> list[Response]:
        """The answers in order; "not_sent" for those that had no time or budget left. Raises ScanOverError at
        a word to stop."""
        try:
            while self._waiting or self._again or self._flying:
                if self._course.is_stopped():
                    raise ScanOverError("stopped")
                self._send()
                self._turn()
        finally:
            for easy, (_, _, transfer) in self._flying.items():
                self._wires.multi.remove_handle(easy)
                transfer.close()
        pairs = zip(self._found, self._requests, strict=True)
        return [each or Response(request, error="not_sent") for each, request in pairs]

    @property
    def _has_room(self) -> bool:
        return len(self._flying) < self._wires.connections

    def _send(self) -> None:
        """Start what may go now."""
        while self._again and self._has_room:
            self._start(*self._again.popleft())
        while self._waiting and self._has_room:
            if self._course.why_over() is not None:
                self._waiting.clear()
                return
            if self._course.delay():
                return
            place, request = self._waiting.popleft()
            flight = self._sender.flight_of(request)
            if isinstance(flight, Response):
                self._settle(place, flight)
                continue
            self._course.count()
            self._start(place, flight)
            self._sender.went()

    def _start(self, place: int, flight: Flight) -> None:
        transfer = self._wires.take()
        try:
            flight.prepare(transfer)
        except (pycurl.error, UnicodeError, ValueError, TypeError):
            transfer.close()
            self._settle(place, flight.refusal("url_invalid"))
            return
        self._wires.multi.add_handle(transfer.easy)
        self._flying[transfer.easy] = (place, flight, transfer)

    def _turn(self) -> None:
        """Let libcurl work, and wait a little for something to happen."""
        multi = self._wires.multi
        while True:
            code, _ = multi.perform()
            if code != pycurl.E_CALL_MULTI_PERFORM:
                break
        if self._collect():
            return
        if not self._flying and not self._waiting:
            return
        is_held = self._waiting and self._has_room
        nap = min(NAP_SECONDS, self._course.delay()) if is_held else NAP_SECONDS
        if not self._flying:
            sleep(nap)
        elif multi.select(nap) == -1:
            # libcurl has no socket yet to wait for.
            sleep(min(nap, _SOON_SECONDS))

    def _collect(self) -> bool:
        """Take in what has ended; whether anything has."""
        _, good, bad = self._wires.multi.info_read(100)
        for easy in good:
            self._land(easy, 0, "")
        for easy, code, message in bad:
            self._land(easy, code, message)
        return bool(good or bad)

    def _land(self, easy: pycurl.Curl, code: int, message: str) -> None:
        place, flight, transfer = self._flying.pop(easy)
        self._wires.multi.remove_handle(easy)
        transfer.code, transfer.message = code, message
        is_again = flight.is_again(transfer) and (not flight.was_answered or self._course.left > 0)
        if is_again and flight.was_answered:
            self._course.count()
        response = flight.response(transfer)
        self._wires.give_back(transfer)
        if is_again:
            self._again.append((place, flight))
        elif response.error in UNVERIFIED and flight.verifies:
            # Not a word of HTTP was said, so it counts as not sent.
            self._course.tls_error = response.error
            again = self._sender.flight_of(flight.request)
            if isinstance(again, Response):
                self._settle(place, again)
            else:
                self._again.append((place, again))
        else:
            self._settle(place, response)

    def _settle(self, place: int, response: Response) -> None:
        self._found[place] = response
        self._sender.came(response)
