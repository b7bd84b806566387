"""Questions to a page in a world of their own, where its scripts cannot change what the words mean."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import CDPSession, Error


def ask(session: CDPSession, expression: str, *, timeout_ms: int, waits: bool = False) -> dict[str, Any]:
    """The object that an expression gives as JSON; `waits` for its promise. Raises playwright's Error."""
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame})["executionContextId"]
    question = {
        "expression": expression,
        "contextId": world,
        "returnByValue": True,
        "awaitPromise": waits,
        "timeout": timeout_ms,
    }
    answer = session.send("Runtime.evaluate", question)
    if "value" not in answer["result"]:
        raise Error("the page gave no answer")
    told: dict[str, Any] = json.loads(answer["result"]["value"])
    return told
