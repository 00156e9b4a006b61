"""The services a portal stands on: embedded ones, or one's own by environment variables."""
from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis
from psycopg2 import sql

from ckanext.civic_embedded import ports, postgres, solr
from ckanext.civic_embedded.folder import Folder
from ckanext.civic_embedded.postgres import Postgres
from ckanext.civic_embedded.processes import Supervisor
from ckanext.civic_embedded.settings import DATABASES, Refused, Settings
from ckanext.civic_embedded.solr import Solr
from ckanext.civic_embedded.valkey import Valkey


@dataclass(frozen=True)
class Names:
    """What a portal, or its tests, call their databases and their core."""

    main: str = "ckan"
    datastore: str = "datastore"
    core: str = "ckan"
    queue: int = 0


PORTAL = Names()
TESTS = Names(main="ckan_test", datastore="datastore_test", core="ckan_test", queue=1)


@dataclass(frozen=True)
class Running:
    """``urls`` by the names of CKAN's variables; ``index_is_new`` when Solr's index holds nothing yet."""

    urls: Mapping[str, str]
    index_is_new: bool


class Services:
    """Starts what ``settings`` leaves to us; ``scratch`` makes the databases anew each time."""

    def __init__(self, settings: Settings, folder: Folder, names: Names, *, scratch: bool = False) -> None:
        self.own, self.names, self.scratch = settings.own, names, scratch
        known = folder.facts().get("ports", {})
        self.postgres = self.valkey = self.solr = None
        if settings.embeds_databases():
            self.postgres = Postgres(folder, ports.free(known.get("postgres")), scratch=scratch)
        if "CKAN_REDIS_URL" not in self.own:
            self.valkey = Valkey(folder, ports.free(known.get("valkey")))
        if "CKAN_SOLR_URL" not in self.own:
            self.solr = Solr(folder, ports.free(known.get("solr")), names.core)
        self._remember_ports(folder)

    @property
    def _embedded(self) -> list[Postgres | Valkey | Solr]:
        return [service for service in (self.valkey, self.solr, self.postgres) if service]

    def title(self) -> str:
        """What has to be started, for the screen."""
        return "Starting " + (", ".join(service.name for service in self._embedded) or "on services of your own")

    def start(self, supervisor: Supervisor) -> Running:
        """Start all, then wait for all: they come up side by side.

        :raises Refused: when a service of one's own does not answer.
        """
        started = [(service, service.start(supervisor)) for service in self._embedded]
        for service, child in started:
            service.wait(supervisor, child)
        if self.postgres:
            self.postgres.provide([self.names.main, self.names.datastore], anew=self.scratch)
        urls = {**self._embedded_urls(), **self.own}
        if self.scratch:
            urls.update(test_urls(self.own))
        check(urls)
        return Running(urls, index_is_new=bool(self.solr and self.solr.is_new))

    def grant_datastore(self, urls: Mapping[str, str]) -> None:
        """Give the read-only role of the DataStore its rights.

        :raises Refused: when the server does not let us.
        """
        script = datastore_script(urls)
        if self.postgres and not any(name in self.own for name in DATABASES):
            self.postgres.execute_script(script)
        else:
            postgres.run_script(script, urls["CKAN_DATASTORE_WRITE_URL"])

    def _embedded_urls(self) -> dict[str, str]:
        urls: dict[str, str] = {}
        if self.postgres:
            urls["CKAN_SQLALCHEMY_URL"] = self.postgres.url(self.names.main)
            urls["CKAN_DATASTORE_WRITE_URL"] = self.postgres.url(self.names.datastore)
            urls["CKAN_DATASTORE_READ_URL"] = self.postgres.url(self.names.datastore, postgres.READER)
        if self.valkey:
            urls["CKAN_REDIS_URL"] = self.valkey.url(self.names.queue)
        if self.solr:
            urls["CKAN_SOLR_URL"] = self.solr.url()
        return urls

    def _remember_ports(self, folder: Folder) -> None:
        embedded = {"postgres": self.postgres, "valkey": self.valkey, "solr": self.solr}
        folder.remember(ports={name: service.port for name, service in embedded.items() if service})


def datastore_script(urls: Mapping[str, str]) -> str:
    """What ``ckan datastore set-permissions`` prints, without the seconds that loading CKAN takes."""
    main, write, read = (urlsplit(urls[name]) for name in DATABASES)
    package = importlib.util.find_spec("ckanext.datastore")
    if not package or not package.origin:
        raise Refused("CKAN's DataStore is not installed.")
    return Path(package.origin).with_name("set_permissions.sql").read_text().format(
        maindb=_quoted(main.path[1:]),
        datastoredb=_quoted(write.path[1:]),
        mainuser=_quoted(main.username),
        writeuser=_quoted(write.username),
        readuser=_quoted(read.username),
    )


def _quoted(name: str | None) -> str:
    return '"{}"'.format((name or "").replace('"', '""'))


def test_urls(own: Mapping[str, str]) -> dict[str, str]:
    """Places of their own for tests beside one's own services: tests empty what they use."""
    urls: dict[str, str] = {}
    for variable, url in own.items():
        parts = urlsplit(url)
        if "test" in parts.path:
            urls[variable] = url
        elif variable == "CKAN_REDIS_URL":
            number = int(parts.path.strip("/") or 0) + 1
            urls[variable] = urlunsplit(parts._replace(path=f"/{number}"))
        else:
            urls[variable] = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}_test"))
            if variable in DATABASES:
                _provide_beside(url, urlsplit(urls[variable]).path[1:])
    return urls


test_urls.__test__ = False  # type: ignore[attr-defined]


def _provide_beside(url: str, database: str) -> None:
    """Create ``database`` on the server of ``url`` where it is missing."""
    try:
        connection = psycopg2.connect(url, connect_timeout=5)
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("select 1 from pg_database where datname = %s", [database])
        if not cursor.fetchone():
            create = sql.SQL("create database {} encoding 'UTF8' template template0")
            cursor.execute(create.format(sql.Identifier(database)))
        connection.close()
    except psycopg2.Error as refused:
        raise Refused(f"The tests need a database {database} on your server, and it said: {refused}") from refused


def check(urls: Mapping[str, str]) -> None:
    """:raises Refused: naming the variable of a service that does not answer."""
    for variable in DATABASES:
        _answers(variable, lambda variable=variable: psycopg2.connect(urls[variable], connect_timeout=5).close())
    _answers("CKAN_REDIS_URL", lambda: redis.Redis.from_url(urls["CKAN_REDIS_URL"], socket_timeout=5).ping())
    if not solr.schema_answers(urls["CKAN_SOLR_URL"]):
        raise Refused("CKAN_SOLR_URL names no Solr core that answers.")


def _answers(variable: str, probe: Callable[[], object]) -> None:
    try:
        probe()
    except (psycopg2.Error, redis.RedisError) as refused:
        raise Refused(f"The service of {variable} does not answer: {str(refused).strip()}") from refused


def library_variables() -> dict[str, str]:
    """Where ``libmagic`` is found when the machine has none: CKAN cannot start without it."""
    try:
        ctypes.CDLL("libmagic.so.1")
    except OSError:
        wheel = importlib.util.find_spec("pylibmagic")
        if wheel and wheel.origin:
            folder = Path(wheel.origin).parent
            return {"LD_LIBRARY_PATH": str(folder), "MAGIC": str(folder / "magic.mgc")}
    return {}
