"""Is everything there that only the machine's owner can install?

Runs before the environment exists, so it uses the standard library alone and the syntax of old Pythons:
a Python that is too old must still be able to say so.
"""
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple

PYTHON = (3, 11)
JDK = 11

Need = namedtuple("Need", "what found install")


def java_version(text):
    """Major version in the answer of ``javac -version``: ``17.0.15`` is 17, ``1.8.0`` is 8; None if unreadable."""
    match = re.search(r"(\d+)(?:\.(\d+))?", text)
    if match is None:
        return None
    major, minor = int(match.group(1)), int(match.group(2) or 0)
    return minor if major == 1 else major


def _answer(*command):
    if shutil.which(command[0]) is None:
        return ""
    # javac writes its version to stderr before 9 and to stdout after it
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode(errors="replace")


def python_need(version=sys.version_info, has_venv=None):
    """What is missing of Python, or None."""
    if tuple(version[:2]) < PYTHON:
        wanted, found = (".".join(map(str, numbers[:2])) for numbers in (PYTHON, version))
        return Need("Python " + wanted + " or newer", "Python " + found, "python3 python3-venv")
    if has_venv is None:
        has_venv = all(importlib.util.find_spec(name) for name in ("ensurepip", "venv"))
    return None if has_venv else Need("Python's venv module", "Python without it", "python3-venv")


def jdk_need(answer=None):
    """What is missing of Java, or None. The compiler is needed: a runtime alone cannot start Solr here."""
    text = _answer("javac", "-version") if answer is None else answer
    version = java_version(text) if text else None
    if version is None or version < JDK:
        found = f"JDK {version}" if version else "nothing"
        return Need(f"a JDK, {JDK} or newer", found, "default-jdk-headless")
    return None


def tool_need(command, what, package):
    """A program that must be on the path, or None when it is."""
    return None if shutil.which(command) else Need(what, "nothing", package)


def needs(environ=None):
    """Everything that is missing; Java and Maven are not needed where a Solr of one's own is named."""
    environ = os.environ if environ is None else environ
    wanted = [python_need(), tool_need("make", "make", "make")]
    if not environ.get("CKAN_SOLR_URL"):
        wanted += [jdk_need(), tool_need("mvn", "Maven", "maven")]
    return [need for need in wanted if need]


def message(missing):
    """One line for each missing thing, and the one command that installs them all."""
    lines = ["This machine lacks what the portal needs:"]
    lines += [f"  - {need.what} (found: {need.found})" for need in missing]
    packages = " ".join(sorted({need.install for need in missing}))
    root = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    lines.append(f"On Debian or Ubuntu: {root}apt-get install {packages}")
    return "\n".join(lines)


def main():
    missing = needs()
    if missing:
        sys.stderr.write(message(missing) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
