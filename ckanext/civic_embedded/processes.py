"""Child processes that start together, are watched, and leave nothing behind when they stop."""
from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from ckanext.civic_embedded.settings import Refused

GRACE = 20.0  # seconds a child has to stop by itself
LOG_BYTES = 10_000_000
USAGE_ERROR = 2  # click's exit code
_PR_SET_PDEATHSIG = 1


class Interrupted(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM, a closed terminal."""


class Failed(Refused):
    """A child ended that should not have, or did not become ready."""


class NoSuchCommand(Failed):
    """The program does not know the command that it was given."""


@dataclass
class Child:
    """A process with its own group and its own log file; ``stop_signal`` asks it to end in an orderly way.

    ``output`` keeps what it prints apart from what it logs; ``shown``: that goes to the screen. ``optional``: the
    command may not exist.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    output: Path | None = None
    optional: bool = False
    shown: bool = False
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        _rotate(self.log)
        with contextlib.ExitStack() as files:
            log = files.enter_context(self.log.open("ab"))
            output = files.enter_context(self.output.open("wb")) if self.output else log
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                stdin=subprocess.DEVNULL,
                stdout=None if self.shown else output,
                stderr=log,
                env={**os.environ, **self.environ},
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=_die_with_parent,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )

    @property
    def code(self) -> int | None:
        """Exit code, or None while it runs."""
        return self.process.poll() if self.process else None

    @property
    def lacks_command(self) -> bool:
        """It ended as click programs do that do not know their command."""
        return self.code == USAGE_ERROR

    def ask_to_stop(self) -> None:
        if self.process and self.code is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.stop_signal)

    def finish(self, seconds: float | None = None) -> None:
        """Wait for its end, at most ``seconds`` when given, then kill whatever is left of its group."""
        if not self.process:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def tail(self, lines: int = 15) -> str:
        """The last lines of what it printed and logged, and where the rest is."""
        written = [path for path in (self.output, self.log) if path and path.exists() and path.stat().st_size]
        ends = (path.read_text(errors="replace").splitlines()[-lines:] for path in written)
        return "\n".join(f"The end of {path}:\n" + "\n".join(end) for path, end in zip(written, ends, strict=True))

    def report(self) -> str:
        """A sentence about its end, and where to read more."""
        return f"{self.name} ended with code {self.code}. {self.tail()}"


def _rotate(log: Path) -> None:
    """One older file is kept: a portal that is started for years must not fill the disk."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def _follow(child: Child, output: Path, each_line: Callable[[str], None]) -> None:
    with output.open(errors="replace") as lines:
        ended = False
        while not ended:
            ended = child.code is not None  # asked before the last reading, so that no line is lost
            for line in lines:
                each_line(line.rstrip("\n"))
            time.sleep(0 if ended else 0.1)


def _die_with_parent() -> None:
    """Linux: a supervisor that is killed outright takes its children with it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Starts children in order and stops them in the opposite order."""

    def __init__(self, grace: float = GRACE) -> None:
        self.children: list[Child] = []
        self.grace = grace

    def start(self, child: Child) -> Child:
        self.children.append(child)
        child.start()
        return child

    def run(self, child: Child, each_line: Callable[[str], None] | None = None) -> None:
        """Run a command to its end; ``each_line`` of its output is told while it runs.

        :raises Failed: when its exit code is not 0, with the end of its log.
        """
        self.start(child)
        if child.output and each_line:
            _follow(child, child.output, each_line)
        child.finish()
        self.children.remove(child)
        if child.code:
            raise (NoSuchCommand if child.lacks_command else Failed)(child.report())

    def wait_ready(self, child: Child, ready: Callable[[], bool], seconds: float) -> None:
        """Poll ``ready`` until it is true; the child's death or ``seconds`` without success raise Failed."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                late = f"{child.name} is not ready after {seconds:.0f} s."
                raise Failed(f"{late} {child.tail()}")
            time.sleep(0.1)

    def check(self) -> None:
        """:raises Failed: naming the first child that has ended; optional ones may lack their command."""
        self.children = [child for child in self.children if not (child.optional and child.lacks_command)]
        for child in self.children:
            if child.code is not None:
                raise Failed(child.report())

    def watch(self, interval: float = 0.5) -> None:
        """Return never: ends by Failed or by Interrupted."""
        while True:
            self.check()
            time.sleep(interval)

    def stop(self) -> None:
        """Stop the last started first: the web server before the database it uses."""
        while self.children:
            child = self.children.pop()
            child.ask_to_stop()
            child.finish(self.grace)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(signal.Signals(number).name)


@contextlib.contextmanager
def supervised(grace: float = GRACE) -> Iterator[Supervisor]:
    """A supervisor whose children are gone when the block is left, however it is left."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, _interrupt) for number in wanted}
    supervisor = Supervisor(grace)
    try:
        yield supervisor
    finally:
        for number in wanted:  # an impatient second Ctrl-C must not leave half of them running
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
