"""``up``: a whole portal on one machine, from nothing to served pages."""
from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from ckanext.civic_embedded import accounts, configuration, ports
from ckanext.civic_embedded.folder import Folder
from ckanext.civic_embedded.processes import Child, NoSuchCommand, Supervisor, supervised
from ckanext.civic_embedded.screen import Screen
from ckanext.civic_embedded.services import PORTAL, Services, library_variables
from ckanext.civic_embedded.settings import OWN, Refused, Settings

BIN = Path(sys.executable).parent
WORKERS = 2
DEMO_STEP = "Demo:"


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
        self.screen.say(f"{self.services.title()} …")
        running = self.services.start(self.supervisor)
        self._configure(running.urls)
        self._prepare(index_is_new=running.index_is_new)
        self._provide_loader_token()
        if not (self.settings.demo and self._load_demo()):
            self._provide_administrator()
        self._serve()
        self.folder.remember(url=site_url(self.settings), prepared=True)
        self._greet()
        self.supervisor.watch()

    def _configure(self, urls: Mapping[str, str]) -> None:
        self.folder.sub("storage")
        demo = self.settings.demo or self._knows("demo")
        ini = configuration.write(self.folder, urls, site_url(self.settings), demo=demo)
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

    def _provide_loader_token(self) -> None:
        """What xloader needs to write into the DataStore."""
        if not self.folder.read_json(accounts.TOKEN_FILE):
            self.screen.say("Creating the first accounts …")
            self._account("token")
            self._configure({name: self.environ[name] for name in OWN})

    def _provide_administrator(self) -> None:
        """A portal without the demo needs somebody who may do everything; nothing where one is there."""
        if not self._knows("demo") and not self._knows("administrator"):
            self._account("administrator")
            self.folder.remember(administrator=True)

    def _account(self, what: str) -> None:
        self._run(f"account-{what}", sys.executable, "-m", "ckanext.civic_embedded.accounts", what)

    def _grant(self) -> None:
        try:
            self.services.grant_datastore(self.environ)
        except Refused as refused:
            self.screen.say(f"The DataStore's rights could not be set: {refused}")
            self.screen.say("Let an administrator of that server run what `ckan datastore set-permissions` prints.")

    def _load_demo(self) -> bool:
        """Load it once; False when the installed plugins bring none."""
        if self._knows("demo"):
            return True
        self.screen.say("Loading the demo …")
        try:
            printed = self._run("demo", BIN / "ckan", "civic", "demo", each_line=self._tell_step)
        except NoSuchCommand:
            return False
        shown = [line for line in printed.splitlines() if not line.startswith(DEMO_STEP)]
        self.folder.write_private(accounts.SHOWN_FILE, "\n".join(shown) + "\n")
        self.folder.remember(demo=True)
        return True

    def _tell_step(self, line: str) -> None:
        if line.startswith(DEMO_STEP):
            self.screen.say(line)

    def _serve(self) -> None:
        self.screen.say("Starting the web server and the workers …")
        bind = f"{self.settings.host}:{self.settings.port}"
        options = ["--workers", str(WORKERS), "--bind", bind, "--timeout", "120", "--no-control-socket"]
        options += ["--access-logfile", "-", "--worker-tmp-dir", str(self.folder.sub("run"))]
        web = self._start("web", BIN / "gunicorn", *options, "ckanext.civic_embedded.wsgi:application")
        self.supervisor.wait_ready(web, self._answers, 120)
        # afterwards: each of them loads all of CKAN, and somebody waits for the first page
        self._start("worker", BIN / "ckan", "jobs", "worker")
        self._start("scheduler", BIN / "ckan", "civic", "scheduler", optional=True)
        self._start("deliver", BIN / "ckan", "civic", "deliver", optional=True, shown=True)

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
        known = self.folder.path / accounts.SHOWN_FILE
        if known.exists():
            self.screen.show(f"\n{known.read_text().rstrip()}\n")
        self.screen.show(f"Logs: {self.folder.path / 'logs'}   Settings: {self.folder.path / 'ckan.ini'}")
        self.screen.show("Ctrl-C stops it; the data stay.")

    def _start(self, name: str, *command: str | Path, optional: bool = False, shown: bool = False) -> Child:
        child = Child(name, command, self.folder.log(name), self.environ, optional=optional, shown=shown)
        return self.supervisor.start(child)

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
