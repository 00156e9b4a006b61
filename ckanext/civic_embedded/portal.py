"""``up``: a whole portal on one machine, from nothing to served pages."""
from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from ckanext.civic_embedded import configuration, ports
from ckanext.civic_embedded.folder import Folder
from ckanext.civic_embedded.processes import Child, Supervisor, supervised
from ckanext.civic_embedded.screen import Screen
from ckanext.civic_embedded.services import PORTAL, Services, library_variables
from ckanext.civic_embedded.settings import OWN, Refused, Settings

BIN = Path(sys.executable).parent
WORKERS = 2
DEMO_STEP = "Demo:"
_COMMAND = re.compile(r"^  ([a-z][a-z-]*)", re.MULTILINE)


def refuse_taken_port(settings: Settings) -> None:
    """:raises Refused: naming who holds the web server's port and what changes it."""
    if not ports.is_free(settings.port, settings.host):
        holder = ports.holder(settings.port)
        by = f" by {holder}" if holder else ""
        raise Refused(
            f"Port {settings.port}, wanted by the web server, is taken{by}. "
            f"Choose another one: `make run PORT={settings.port + 1}`."
        )


def site_url(settings: Settings) -> str:
    host = "localhost" if settings.host in {"127.0.0.1", "0.0.0.0"} else settings.host  # noqa: S104
    return f"http://{host}:{settings.port}"


def commands(help_text: str) -> set[str]:
    """Names of subcommands in what ``--help`` prints."""
    _, _, listed = help_text.partition("Commands:")
    return set(_COMMAND.findall(listed))


class Portal:
    """One portal in its folder, run by a supervisor."""

    def __init__(self, settings: Settings, folder: Folder, supervisor: Supervisor, screen: Screen) -> None:
        self.settings, self.folder, self.supervisor, self.screen = settings, folder, supervisor, screen
        self.environ: dict[str, str] = {}
        self.services = Services(settings, folder, PORTAL)

    def up(self) -> None:
        """Serve until interrupted.

        :raises Refused: with a sentence for the person at the screen.
        """
        self.screen.say("Starting PostgreSQL, Valkey and Solr …")
        running = self.services.start(self.supervisor)
        self._configure(running.urls)
        self._prepare(index_is_new=running.index_is_new)
        known = self._civic_commands()
        demo = self.settings.demo and "demo" in known
        self._provide_accounts(administrator=not demo)
        if demo:
            self._load_demo()
        self._serve(scheduler="scheduler" in known)
        self.folder.remember(url=site_url(self.settings), prepared=True)
        self._greet()
        self.supervisor.watch()

    def _configure(self, urls: Mapping[str, str]) -> None:
        ini = configuration.write(self.folder, urls, site_url(self.settings))
        self.environ = {"CKAN_INI": str(ini), **urls, **library_variables()}
        self.folder.remember(environ=self.environ)

    def _prepare(self, *, index_is_new: bool) -> None:
        """Tables, rights of the DataStore, and the index where it does not fit the database."""
        self.screen.say("Bringing the tables up to date …")
        self._ckan("db", "upgrade")
        self._grant()
        prepared, foreign = self._knows("prepared"), "CKAN_SQLALCHEMY_URL" in self.settings.own
        if (index_is_new and prepared) or (foreign and not prepared):
            self.screen.say("Rebuilding the search index …")
            self._ckan("search-index", "rebuild", "--quiet", "--force")

    def _knows(self, fact: str) -> bool:
        return bool(self.folder.facts().get(fact))

    def _provide_accounts(self, *, administrator: bool) -> None:
        """xloader's token, and an administrator unless the demo brings one; a process only when one is missing."""
        administrator = administrator and not self._knows("administrator") and not self._knows("demo")
        if not administrator and self.folder.read_json("xloader.json"):
            return
        self.screen.say("Creating the first accounts …")
        wanted = {"CIVIC_ADMINISTRATOR": "yes" if administrator else "no"}
        self._run("accounts", sys.executable, "-m", "ckanext.civic_embedded.accounts", environ=wanted)
        if administrator:
            self.folder.write_private("accounts.txt", f"admin\t{self.folder.secret('administrator')}\tsysadmin\n")
            self.folder.remember(administrator=True)
        self._configure({name: url for name, url in self.environ.items() if name in OWN})

    def _grant(self) -> None:
        try:
            self.services.grant_datastore(self.environ)
        except Refused as refused:
            self.screen.say(f"The DataStore's rights could not be set: {refused}")
            self.screen.say("Let an administrator of that server run what `ckan datastore set-permissions` prints.")

    def _civic_commands(self) -> set[str]:
        """Subcommands of ``ckan civic``; none when the plugins are not there."""
        try:
            return commands(self._ckan("civic", "--help"))
        except Refused:
            return set()

    def _load_demo(self) -> None:
        if self._knows("demo"):
            return
        self.screen.say("Loading the demo …")
        printed = self._run("demo", BIN / "ckan", "civic", "demo", each_line=self._tell_step)
        accounts = [line for line in printed.splitlines() if not line.startswith(DEMO_STEP)]
        self.folder.write_private("accounts.txt", "\n".join(accounts) + "\n")
        self.folder.remember(demo=True)

    def _tell_step(self, line: str) -> None:
        if line.startswith(DEMO_STEP):
            self.screen.say(line)

    def _serve(self, *, scheduler: bool) -> None:
        self.screen.say("Starting the web server and the workers …")
        bind = f"{self.settings.host}:{self.settings.port}"
        options = ["--workers", str(WORKERS), "--bind", bind, "--timeout", "120", "--no-control-socket"]
        options += ["--access-logfile", "-", "--worker-tmp-dir", str(self.folder.sub("run"))]
        web = self._start("web", BIN / "gunicorn", *options, "ckanext.civic_embedded.wsgi:application")
        self._start("worker", BIN / "ckan", "jobs", "worker")
        if scheduler:
            self._start("scheduler", BIN / "ckan", "civic", "scheduler")
        self.supervisor.wait_ready(web, self._answers, 120)

    def _answers(self) -> bool:
        url = f"http://{self.settings.host}:{self.settings.port}/api/3/action/status_show"
        try:
            answer = requests.get(url, timeout=60)
        except requests.RequestException:
            return False
        if not answer.ok:
            raise Refused(f"The web server answers {answer.status_code}. See {self.folder.log('web')}")
        return True

    def _greet(self) -> None:
        self.screen.say(f"The portal is served at {site_url(self.settings)}")
        accounts = self.folder.path / "accounts.txt"
        if accounts.exists():
            self.screen.show(f"\nAccounts:\n{accounts.read_text().strip()}\n")
        self.screen.show(f"Logs: {self.folder.path / 'logs'}   Settings: {self.folder.path / 'ckan.ini'}")
        self.screen.show("Ctrl-C stops it; the data stay.")

    def _start(self, name: str, *command: str | Path) -> Child:
        return self.supervisor.start(Child(name, command, self.folder.log(name), self.environ))

    def _run(
        self,
        name: str,
        *command: str | Path,
        each_line: Callable[[str], None] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> str:
        """Run to the end; returns what it printed."""
        output = self.folder.sub("run") / f"{name}.out"
        child = Child(name, command, self.folder.log(name), {**self.environ, **(environ or {})}, output=output)
        self.supervisor.run(child, each_line)
        printed = output.read_text(errors="replace")
        output.unlink()
        return printed

    def _ckan(self, *arguments: str) -> str:
        return self._run("-".join(arguments[:2]).strip("-"), BIN / "ckan", *arguments)


def up(settings: Settings) -> None:
    """Serve the portal until Ctrl-C, SIGTERM or the death of one of its processes."""
    screen, folder = Screen(), Folder(settings.data)
    with folder.held(), supervised() as supervisor:
        refuse_taken_port(settings)
        try:
            Portal(settings, folder, supervisor, screen).up()
        finally:
            folder.remember(url=None)
            screen.say("Stopping …")
