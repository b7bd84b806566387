"""Folders and names that the launching commands share."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from config import Config, ConfigError
from config.env import ROOT

PROCESSES = ("redis", "web", "scheduler", "worker", "recorder", "tamper", "browser", "flower")


def make_folders(settings: Config) -> None:
    """Make the data, log and run folder; the run folder's sockets are for its owner alone."""
    for name in ("DATA_DIR", "LOG_DIR", "RUN_DIR"):
        path: Path = getattr(settings, name)
        try:
            path.mkdir(parents=True, exist_ok=True)
            if name == "RUN_DIR":
                _refuse_anothers(path)
                path.chmod(0o700)
        except OSError as error:
            raise ConfigError(f"CLOUDEYE_{name}: {path} cannot be used ({error.strerror}).") from error
    if not os.access(settings.DATA_DIR, os.W_OK):
        raise ConfigError(f"CLOUDEYE_DATA_DIR: {settings.DATA_DIR} cannot be written to.")


def _refuse_anothers(path: Path) -> None:
    """In a folder where everybody may write, such as /tmp, somebody else may have come first."""
    if path.parent.stat().st_mode & stat.S_ISVTX and (path.is_symlink() or path.stat().st_uid != os.getuid()):
        raise ConfigError(f"CLOUDEYE_RUN_DIR: {path} belongs to somebody else; name another folder.")


def supervisor_socket(settings: Config) -> Path:
    return settings.RUN_DIR / "supervisor.sock"


def client_socket() -> Path:
    """Where `supervisorctl -c supervisor.conf` looks: fixed, since it reads no settings."""
    return ROOT / "data" / "run" / "supervisor.sock"


def link_client_socket(settings: Config) -> None:
    """Let supervisorctl find a supervisor whose run folder is elsewhere; the last started one wins."""
    link, socket = client_socket(), supervisor_socket(settings).absolute()
    if link == socket:
        return
    draft = link.with_name(f"supervisor.{os.getpid()}.link")
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        draft.symlink_to(socket)
        draft.replace(link)
    except OSError:
        return  # A read-only project folder: supervisorctl takes -s unix://… instead.


def unlink_client_socket(settings: Config) -> None:
    """Take the link away again, when it is still ours."""
    link = client_socket()
    if link.is_symlink() and link.readlink() == supervisor_socket(settings).absolute():
        link.unlink()
