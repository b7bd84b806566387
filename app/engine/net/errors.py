"""Errors that senders of requests and those who hand them a door have in common."""

from __future__ import annotations


class DoorRefusedError(Exception):
    """The door could not or would not send. `permanent`: trying again is of no use."""

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.sentence, self.permanent = sentence, permanent
