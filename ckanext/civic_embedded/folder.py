"""The data folder: who uses it now, its secrets, and which first steps are done."""
from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ckanext.civic_embedded.settings import Refused


class Folder:
    """``path`` holds everything that a portal keeps; nobody but its owner may read what is secret."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def sub(self, *names: str) -> Path:
        """A folder inside, made where it is missing; sessions and uploads are nobody else's business."""
        path = self.path
        for name in names:
            path = path / name
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        return self.sub("logs") / f"{name}.log"

    def write_private(self, name: str, text: str) -> Path:
        """Replace a file at once; it is never readable by others, not even while it is written."""
        path = self.path / name
        fresh = path.with_name(path.name + ".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        fresh.replace(path)
        return path

    def read_json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        return json.loads(path.read_text()) if path.exists() else {}

    def secret(self, name: str) -> str:
        """The secret of that name, made up on first use; only letters and digits, so it fits into any URL."""
        known = self.read_json("secrets.json")
        if name not in known:
            known[name] = secrets.token_hex(20)
            self.write_private("secrets.json", json.dumps(known, indent=1))
        return known[name]

    def remember(self, **facts: Any) -> None:
        """Keep facts about this portal for the next start and for other terminals."""
        self.write_private("state.json", json.dumps({**self.facts(), **facts}, indent=1))

    def facts(self) -> dict[str, Any]:
        return self.read_json("state.json")

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Only one portal at a time may use the folder.

        :raises Refused: when another one does.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a+") as lock:
            if not _lock(lock.fileno()):
                raise Refused(f"{self.path} is in use (pid {self.holder()}): {self._address()}")
            _write_pid(lock.fileno(), os.getpid())
            try:
                yield
            finally:
                _write_pid(lock.fileno(), None)

    def _address(self) -> str:
        url = self.facts().get("url")
        return f"the portal runs already at {url}. `make down` stops it." if url else "wait or `make down`."

    def holder(self) -> int | None:
        """The process that holds the folder now."""
        path = self.path / "lock"
        if not path.exists():
            return None
        with path.open("r+") as lock:
            if _lock(lock.fileno()):
                return None
            text = lock.read().strip()
            return int(text) if text else None

    def release(self, seconds: float = 60) -> bool:
        """Ask the holder to stop and wait for it; False when nobody held the folder.

        :raises Refused: when it has not stopped after ``seconds``.
        """
        pid = self.holder()
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while self.holder() is not None:
            if time.monotonic() > deadline:
                raise Refused(f"Process {pid} did not stop within {seconds:.0f} s.")
            time.sleep(0.1)
        return True


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_pid(descriptor: int, pid: int | None) -> None:
    os.ftruncate(descriptor, 0)
    if pid is not None:
        os.pwrite(descriptor, str(pid).encode(), 0)
