"""Every operation of the API under schemathesis, all its checks on, against a whole running CloudEye.

    python -m tests.fuzz.contract [--examples 50] [--role owner|viewer] [--way bearer|session] [--plain] […]

Whatever else is given goes to schemathesis (`--include-path-regex /sites`). Two organizations are there, both
with one of everything; the ids of both are tried, and an answer that shows anything of the other one's is a
failure (`_contract_hooks`). Exit status 0 when nothing failed.

What is left out, each for its reason:

- By session, the operations of `ENDS_THE_LOG_IN`: they end the very log-in that the run needs, or give it
  another id. By bearer they are tried.
- 400 under `positive_data_acceptance`: it says both "that is no date" and "that site is not there". The check
  `a_good_form_is_refused_for_its_meaning_only` takes its place: it fails when the parser, which knows forms
  alone, refuses what the schema takes. 413, 424 and 429 say that a request is too much, that another service
  did not answer, and that there were too many.
- Made-up ways in besides the true one: two ways in one request are no contract of any operation. That a way
  in is asked for, and a wrong one refused, is `ignored_auth`, which is on.

`--plain` runs schemathesis as anybody would who knows nothing but the document: no hooks, no configuration,
made-up ways in besides the true one. Two complaints are left then, and both are meant:

- "Schema-valid request rejected" for 400, 413 and 424, as above: an address that is none, the cursor of
  another list, a time zone that nobody has, a file or template that is not well made. No schema can say that.
- What `ENDS_THE_LOG_IN` names ends the log-in: what is asked after it is answered 401.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import requests

from config.env import ROOT
from tests.client import Api
from tests.stack import Stack, running_stack

PATIENCE_SECONDS = 120  # Passwords are hashed for long, and a machine may have other work.
ROLES = ("owner", "viewer")
ENDS_THE_LOG_IN = (
    r"/user/(logout|sessions|password|me$|members/(.*/)?log_out)"
    r"|/user/organizations(/.*(switch|leave)|$)|/user/token"
)
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "400", "401", "403", "404", "409", "413", "424", "429"]
"""


def fill(stack: Stack) -> dict[str, Any]:
    """Two organizations with one of everything: their ids, and the ways in of ours."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.fuzz._contract_world"],
        cwd=ROOT,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if said.returncode:
        raise RuntimeError(said.stderr[-4000:])
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return told


def headers(stack: Stack, told: dict[str, Any], role: str, way: str) -> dict[str, str]:
    """The headers of one who is logged in."""
    if way == "bearer":
        return {"Authorization": f"Bearer {told['tokens'][role]}"}
    api = Api(stack.base_url)
    api.log_in(told["accounts"][role], told["password"])
    return api.headers()


def attack(
    stack: Stack, told: dict[str, Any], role: str, way: str, words: Sequence[str], *, is_plain: bool = False
) -> tuple[int, str]:
    """One run of schemathesis: its exit status, and what it said.

    It fails as well when the log-in is gone at its end: refusals would have hidden everything else.
    """
    address = f"{stack.base_url}/api/cloudeye/v1/openapi.json"
    command = [sys.executable, "-m", "schemathesis.cli", "run", address, "--checks", "all", *words]
    command += ["--continue-on-failure", "--no-color"]
    command += ["--request-timeout", str(PATIENCE_SECONDS), "--max-response-time", str(PATIENCE_SECONDS)]
    carried = headers(stack, told, role, way)
    for name, value in carried.items():
        command += ["-H", f"{name}: {value}"]
    own: dict[str, str] = {}
    if not is_plain:
        command += ["--generation-with-security-parameters", "false", "--warnings", "off"]
        command += ["--exclude-path-regex", ENDS_THE_LOG_IN] if way == "session" else []
        own = _taught(stack, told)
    done = subprocess.run(
        command,
        cwd=stack.folder,
        env=os.environ | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if not is_plain and not is_logged_in(stack, carried):
        return 1, f"{done.stdout}\nThe log-in was gone at the end."
    return done.returncode, done.stdout


def _taught(stack: Stack, told: dict[str, Any]) -> dict[str, str]:
    """What schemathesis is told about CloudEye: a file where it starts, and variables of its environment."""
    (stack.folder / "schemathesis.toml").write_text(CONFIG)
    return {
        "SCHEMATHESIS_HOOKS": "tests.fuzz._contract_hooks",
        "CONTRACT_WORLD": json.dumps(told),
        "PYTHONPATH": str(ROOT),
    }


def is_logged_in(stack: Stack, carried: dict[str, str]) -> bool:
    asked = requests.get(f"{stack.base_url}/api/cloudeye/v1/sites", headers=carried, timeout=30)
    return asked.status_code == 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--role", choices=ROLES, action="append")
    parser.add_argument("--way", choices=("bearer", "session"), action="append")
    parser.add_argument("--examples", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true")
    given, words = parser.parse_known_args()
    words += ["--max-examples", str(given.examples), "--seed", str(given.seed)]
    failed = False
    with running_stack() as stack:
        told = fill(stack)
        for way in given.way or ("bearer",):
            for role in given.role or ROLES:
                print(f"== as {role}, by {way}", flush=True)
                status, said = attack(stack, told, role, way, words, is_plain=given.plain)
                print(said, flush=True)
                failed |= status != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
