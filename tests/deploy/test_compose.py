"""The compose file beside what it must agree with: supervisor.conf, settings, Dockerfile, nginx.sh."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from typing import Any

import pytest

from config.env import ROOT, VARIABLES, unknown_names
from tests.deploy.compose import UnsetError, environment_of, read_compose
from tests.deploy.image import DOCKERFILE, read_dockerfile

GIVEN = {
    "CLOUDEYE_SECRET_KEY": "s" * 40,
    "CLOUDEYE_ENCRYPTION_KEY": "e" * 40,
    "DATABASE_PASSWORD": "hush",
}
OURS = ("web", "scheduler", "recorder", "worker", "tamper", "browser", "flower")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return read_compose(GIVEN)


def supervised() -> dict[str, list[str]]:
    """What supervisor.conf runs, without what only supervisord needs."""
    parser = configparser.RawConfigParser()
    parser.read(ROOT / "supervisor.conf")
    known = {"LAUNCH_PYTHON": ".venv/bin/python", "LAUNCH_LOCATION": "default"}
    commands = {}
    for section in parser.sections():
        if section.startswith("program:"):
            filled = re.sub(
                r"%\(ENV_(\w+)\)s",
                lambda found: known.get(found[1], "/run/cloudeye"),
                parser[section]["command"],
            )
            commands[section.removeprefix("program:")] = shlex.split(filled)[3:]
    return commands


@pytest.mark.parametrize("name", OURS)
def test_a_process_is_started_as_supervisor_does(document: dict[str, Any], name: str) -> None:
    assert document["services"][name]["command"][1:] == supervised()[name]


def test_every_supervised_process_has_a_container(document: dict[str, Any]) -> None:
    assert set(supervised()) == {*OURS, "redis"} and {*OURS, "redis"} <= set(document["services"])


def test_every_setting_is_known(document: dict[str, Any]) -> None:
    known = {variable.name for variable in VARIABLES}
    given = environment_of(document["services"]["web"])
    assert unknown_names(given) == [] and set(given) <= known


def test_the_example_names_what_the_file_asks_for() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "deploy" / "compose.yaml").read_text()))
    text = (ROOT / "deploy" / "example.env").read_text()
    assert set(re.findall(r"^(\w+)=", text, re.MULTILINE)) == asked


def test_it_does_not_start_without_keys() -> None:
    with pytest.raises(UnsetError, match="CLOUDEYE_SECRET_KEY"):
        read_compose({})


def test_redis_throws_nothing_away(document: dict[str, Any]) -> None:
    words = document["services"]["redis"]["command"]
    assert words[words.index("--maxmemory-policy") + 1] == "noeviction"
    assert words[words.index("--appendonly") + 1] == "yes"


def test_nothing_runs_as_root_or_may_become_it(document: dict[str, Any]) -> None:
    for name in ("setup", *OURS, "nginx"):
        service = document["services"][name]
        assert service["cap_drop"] == ["ALL"] and service["read_only"] is True, name
    for stage in read_dockerfile(DOCKERFILE.read_text()):
        users = [step.rest for step in stage.steps if step.word == "USER"]
        assert users[-1] == "cloudeye", stage.name


def test_only_nginx_is_reached_from_outside(document: dict[str, Any]) -> None:
    assert [name for name, each in document["services"].items() if "ports" in each] == ["nginx"]


def test_targets_and_volumes_are_there(document: dict[str, Any]) -> None:
    stages = {stage.name for stage in read_dockerfile(DOCKERFILE.read_text())}
    for name, service in document["services"].items():
        if "build" in service:
            assert service["build"]["target"] in stages, name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in document["volumes"] or source.startswith("."), (name, volume)


def test_the_shell_script_is_one() -> None:
    subprocess.run(["sh", "-n", str(ROOT / "deploy" / "nginx.sh")], check=True)
