"""An embedded Solr: the real one, its jars brought by Maven once per user, with ``SolrMain.java`` around them."""
from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import requests

from ckanext.civic_embedded.folder import Folder
from ckanext.civic_embedded.processes import Child, Supervisor
from ckanext.civic_embedded.settings import Refused

HERE = Path(__file__).parent / "solr"


def cache() -> Path:
    """Jars are the same for every clone of the same person."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ckanext-civic"


def jars() -> Path:
    """Where the jars that ``pom.xml`` names and our compiled main class are kept; other sources, other folder."""
    sources = (HERE / "pom.xml").read_bytes() + (HERE / "SolrMain.java").read_bytes()
    digest = hashlib.sha256(sources).hexdigest()[:12]
    return cache() / f"solr-{digest}"


def fetch_jars(supervisor: Supervisor, folder: Folder) -> Path:
    """Bring the jars where they are missing; an interrupted download leaves no half folder behind."""
    wanted = jars()
    if not wanted.exists():
        wanted.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=wanted.parent) as part:
            fresh = Path(part) / "lib"
            supervisor.run(Child("maven", _maven(fresh), folder.log("maven"), cwd=Path(part)))
            supervisor.run(Child("javac", _javac(fresh), folder.log("javac"), cwd=Path(part)))
            _put(fresh, wanted)
    return wanted


def _put(fresh: Path, wanted: Path) -> None:
    try:
        fresh.rename(wanted)
    except OSError:  # another start was faster: the folder is there
        if not wanted.exists():
            raise


def _maven(target: Path) -> list[str | Path]:
    options = [f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
    return ["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies", *options]


def _javac(target: Path) -> list[str | Path]:
    return ["javac", "-d", target, "-cp", f"{target}/*", HERE / "SolrMain.java"]


def ckan_schema() -> Path:
    """The search schema of the installed CKAN."""
    package = importlib.util.find_spec("ckan")
    if not package or not package.origin:
        raise Refused("CKAN is not installed.")
    return Path(package.origin).parent / "config" / "solr" / "schema.xml"


def schema_answers(core_url: str) -> bool:
    """A core answers there with a schema."""
    try:
        return requests.get(f"{core_url}/schema/name", timeout=5).ok
    except requests.RequestException:
        return False


class Solr:
    """One server with one core named ``core``; its index lies under ``folder``."""

    name = "Solr"

    def __init__(self, folder: Folder, port: int, core: str = "ckan") -> None:
        self.folder, self.port, self.core = folder, port, core
        self.is_new = False

    def start(self, supervisor: Supervisor) -> Child:
        lib = fetch_jars(supervisor, self.folder)
        self.is_new = self._prepare_core()
        child = Child("solr", self._command(lib), self.folder.log("solr"), cwd=self.folder.sub("solr"))
        return supervisor.start(child)

    def wait(self, supervisor: Supervisor, child: Child) -> None:
        supervisor.wait_ready(child, lambda: schema_answers(self.url()), 90)

    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/solr/{self.core}"

    def _prepare_core(self) -> bool:
        """Lay out the core; a changed schema makes it anew. True when its index is empty now."""
        home = self.folder.sub("solr", "home")
        shutil.copy(HERE / "solr.xml", home)
        core = home / self.core
        files = {"managed-schema": ckan_schema().read_bytes(), "solrconfig.xml": (HERE / "solrconfig.xml").read_bytes()}
        digest = hashlib.sha256(b"".join(files.values())).hexdigest()
        stamp = core / "stamp"
        if stamp.exists() and stamp.read_text() == digest:
            return False
        shutil.rmtree(core, ignore_errors=True)
        (core / "conf").mkdir(parents=True)
        for name, content in {**files, "synonyms.txt": b"", "protwords.txt": b""}.items():
            (core / "conf" / name).write_bytes(content)
        (core / "core.properties").write_text(f"name={self.core}\n")
        stamp.write_text(digest)
        return True

    def _command(self, lib: Path) -> list[str | Path]:
        base = self.folder.sub("solr")
        properties = {
            "civic.port": self.port,
            "solr.solr.home": base / "home",
            "solr.log.dir": base,
            "solr.install.dir": base,
            "log4j2.level": "WARN",
            "update.autoCreateFields": "false",
        }
        options = [f"-D{name}={value}" for name, value in properties.items()]
        return ["java", "-Xms128m", "-Xmx512m", *options, "-cp", f"{lib}:{lib}/*", "SolrMain"]
