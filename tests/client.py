"""A client of the API as a program outside would be: a session cookie and a CSRF token."""

from __future__ import annotations

from typing import Any

import requests

SECONDS = 30


class ApiError(Exception):
    """The API refused; `code` is the API's, `status` is HTTP's."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        self.status, self.code = status, answer.get("code")
        super().__init__(f"{status} {answer.get('code')} {answer.get('msg')}")


class Api:
    """Requests under /api/cloudeye/v1 of one CloudEye; each method gives the answer's `data`."""

    def __init__(self, base_url: str) -> None:
        self._root = f"{base_url}/api/cloudeye/v1"
        self._session = requests.Session()

    def log_in(self, account: str, password: str) -> None:
        data = self.post("/user/login", account=account, password=password)
        self._session.headers["X-CSRF-Token"] = data["csrf_token"]

    def headers(self) -> dict[str, str]:
        """What another client sends to be the same log-in."""
        cookies = "; ".join(f"{each.name}={each.value}" for each in self._session.cookies)
        return {"Cookie": cookies, "X-CSRF-Token": str(self._session.headers["X-CSRF-Token"])}

    def get(self, path: str, **query: str | int) -> Any:
        return self._ask("GET", path, params=query)

    def post(self, path: str, **body: Any) -> Any:
        return self._ask("POST", path, json=body)

    def patch(self, path: str, **body: Any) -> Any:
        return self._ask("PATCH", path, json=body)

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        answer = self._session.request(method, self._root + path, timeout=SECONDS, **options)
        body = answer.json()
        if not answer.ok or body["code"] != 0:
            raise ApiError(answer.status_code, body)
        return body["data"]

    def close(self) -> None:
        self._session.close()
