"""The least that Flask can do: one JSON answer, nothing read. What `sites` is measured against."""

from __future__ import annotations

from flask import Flask, Response, jsonify

app = Flask("bare")


@app.get("/")
def answer() -> Response:
    return jsonify(code=0, msg="ok", data=None)
