"""``test``: services that are thrown away, then pytest in the foreground."""
from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence

from ckanext.civic_embedded.folder import Folder
from ckanext.civic_embedded.processes import Interrupted, supervised
from ckanext.civic_embedded.screen import Screen
from ckanext.civic_embedded.services import TESTS, Services, library_variables
from ckanext.civic_embedded.settings import Settings

INTERRUPTED = 130


def run(settings: Settings, arguments: Sequence[str]) -> int:
    """Run pytest with ``arguments``; returns its exit code.

    Everything is apart from a portal that may be running: processes, databases, core, queue.
    """
    screen, folder = Screen(), Folder(settings.data / "test")
    with folder.held(), supervised() as supervisor:
        services = Services(settings, folder, TESTS, scratch=True)
        screen.say(f"{services.title()} for the tests …")
        urls = services.start(supervisor).urls
        services.grant_datastore(urls)
        screen.say("Running pytest …")
        return _foreground([sys.executable, "-m", "pytest", *arguments], {**urls, **library_variables()})


def _foreground(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command that shares our terminal, and with it the terminal's Ctrl-C."""
    with subprocess.Popen(command, env={**os.environ, **environ}) as process:
        try:
            return process.wait()
        except Interrupted as interrupted:
            if str(interrupted) != signal.SIGINT.name:
                process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            return INTERRUPTED
