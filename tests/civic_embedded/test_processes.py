"""Supervision with small children of every temper."""
from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil
import pytest

from ckanext.civic_embedded.processes import Child, Failed, Interrupted, NoSuchCommand, Supervisor, supervised

READY = "print('ready', flush=True);"
PATIENT = f"import signal; {READY} signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY}\nwhile True: signal.pause()"
PARENT = (
    "import subprocess, sys, signal; "
    "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); "
    "print(child.pid, flush=True); signal.pause()"
)


@pytest.fixture
def supervisor():
    with supervised(grace=0.5) as supervisor:
        yield supervisor


@pytest.fixture
def python(tmp_path):
    """Make a child that runs a line of Python."""

    def make(code, **options):
        return Child("fake", [sys.executable, "-c", code], tmp_path / "fake.log", **options)

    return make


def _ready(child):
    return lambda: "ready" in child.tail()


def _is_gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_child_that_obeys_is_stopped_by_sigterm(supervisor, python):
    child = supervisor.start(python(PATIENT))
    supervisor.wait_ready(child, _ready(child), 10)
    supervisor.stop()
    assert child.code == -signal.SIGTERM


def test_a_child_that_ignores_sigterm_is_killed(supervisor, python):
    child = supervisor.start(python(STUBBORN))
    supervisor.wait_ready(child, _ready(child), 10)
    supervisor.stop()
    assert child.code == -signal.SIGKILL


def test_grandchildren_go_with_their_parent(supervisor, python):
    child = supervisor.start(python(PARENT))
    supervisor.wait_ready(child, lambda: child.log.read_text().strip().isdigit(), 10)
    grandchild = int(child.log.read_text())
    supervisor.stop()
    psutil.wait_procs([psutil.Process(grandchild)] if psutil.pid_exists(grandchild) else [], timeout=5)
    assert _is_gone(grandchild)


def test_the_last_started_is_stopped_first(supervisor, python, monkeypatch):
    stopped = []
    monkeypatch.setattr(Child, "ask_to_stop", lambda child: stopped.append(child.name) or child.process.kill())
    for name in ("database", "web"):
        child = python(PATIENT)
        child.name = name
        supervisor.start(child)
    supervisor.stop()
    assert stopped == ["web", "database"]


def test_a_death_is_told_by_name_with_the_end_of_the_log(supervisor, python):
    supervisor.start(python("import sys; print('disk full', flush=True); sys.exit(3)"))
    with pytest.raises(Failed) as failed:
        supervisor.watch(interval=0.01)
    assert "fake ended with code 3" in str(failed.value)
    assert "disk full" in str(failed.value)


def test_a_death_while_waiting_is_told_at_once(supervisor, python):
    child = supervisor.start(python("raise SystemExit('no port')"))
    with pytest.raises(Failed, match="no port"):
        supervisor.wait_ready(child, lambda: False, 30)


def test_a_child_that_never_becomes_ready_is_told(supervisor, python):
    child = supervisor.start(python(PATIENT))
    with pytest.raises(Failed, match="fake is not ready after 0 s"):
        supervisor.wait_ready(child, lambda: False, 0.3)


def test_a_command_runs_to_its_end_and_its_lines_are_told_as_they_come(supervisor, python, tmp_path):
    lines = []
    child = python("import sys; print('one'); print('two'); print('logged', file=sys.stderr)", output=tmp_path / "out")
    supervisor.run(child, lines.append)
    assert lines == ["one", "two"]
    assert (tmp_path / "out").read_text() == "one\ntwo\n"
    assert child.log.read_text() == "logged\n"
    assert supervisor.children == []


def test_a_command_that_fails_is_told_with_what_it_said(supervisor, python, tmp_path):
    with pytest.raises(Failed, match="ended with code 1") as failed:
        supervisor.run(python("print('half'); raise SystemExit('wrong table')", output=tmp_path / "out"))
    assert "half" in str(failed.value)
    assert "wrong table" in str(failed.value)


def test_a_command_that_the_program_lacks_is_told_apart(supervisor, python):
    with pytest.raises(NoSuchCommand):
        supervisor.run(python("raise SystemExit(2)"))


def test_what_a_shown_child_prints_goes_to_the_screen(supervisor, python, capfd):
    child = supervisor.start(python("import sys; print('a message'); print('a fault', file=sys.stderr)", shown=True))
    child.finish(20)
    assert capfd.readouterr().out == "a message\n"
    assert child.log.read_text() == "a fault\n"


def test_an_optional_child_without_its_command_is_let_go_but_not_one_that_crashes(supervisor, python):
    absent = supervisor.start(python("raise SystemExit(2)", optional=True))
    absent.process.wait()
    supervisor.check()
    assert supervisor.children == []
    crashed = supervisor.start(python("raise SystemExit(1)", optional=True))
    crashed.process.wait()
    with pytest.raises(Failed):
        supervisor.check()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_to_ask_for_the_end_stops_the_children(python, number):
    child = python(PATIENT)
    with pytest.raises(Interrupted), supervised() as supervisor:
        supervisor.start(child)
        supervisor.wait_ready(child, _ready(child), 10)
        os.kill(os.getpid(), number)
        supervisor.watch(interval=0.01)
    assert child.code == -signal.SIGTERM


def test_the_handlers_of_before_are_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with supervised():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_supervisor_that_is_killed_takes_its_children_with_it(tmp_path):
    code = f"""
import sys, pathlib
from ckanext.civic_embedded.processes import Child, Supervisor
child = Supervisor().start(Child("fake", [sys.executable, "-c", {PATIENT!r}], pathlib.Path({str(tmp_path / "log")!r})))
while "ready" not in child.tail(): pass
print(child.process.pid, flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        orphan = psutil.Process(int(process.stdout.readline()))
        process.kill()
    gone, alive = psutil.wait_procs([orphan], timeout=5)
    assert not [left for left in alive if left.status() != psutil.STATUS_ZOMBIE], gone


def test_stopping_nothing_is_fine():
    Supervisor().stop()
