"""What the person who starts the portal may decide, read from environment variables once."""
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: services that may be one's own instead of embedded ones
OWN = (
    "CKAN_SQLALCHEMY_URL",
    "CKAN_DATASTORE_WRITE_URL",
    "CKAN_DATASTORE_READ_URL",
    "CKAN_REDIS_URL",
    "CKAN_SOLR_URL",
)
DATABASES = OWN[:3]  # the main one, the DataStore for writing, for reading


class Refused(Exception):
    """The start cannot go on; the text is meant for the person at the screen."""


@dataclass(frozen=True)
class Settings:
    """``port`` and ``host`` of the web server, ``data`` folder, whether to load the ``demo``, ``own`` services."""

    data: Path
    port: int
    host: str
    demo: bool
    own: Mapping[str, str]

    def embeds_databases(self) -> bool:
        """One of the three databases is left to the embedded server."""
        return any(name not in self.own for name in DATABASES)


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """:raises Refused: naming the variable whose value makes no sense."""
    return Settings(
        data=Path(environ.get("DATA") or ".civic").expanduser().resolve(),
        port=_port(environ.get("PORT") or "5000"),
        host=environ.get("HOST") or "127.0.0.1",
        demo=_yes(environ.get("DEMO") or "yes"),
        own={name: environ[name] for name in OWN if environ.get(name)},
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Refused(f"PORT={text} is no port: give a number from 1 to 65535, as in `make run PORT=5001`.")
    return int(text)


def _yes(text: str) -> bool:
    if text.lower() not in {"yes", "no"}:
        raise Refused(f"DEMO={text} is neither yes nor no.")
    return text.lower() == "yes"
