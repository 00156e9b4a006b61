"""Code run in a process of its own, so that what it takes of memory can be told."""
from __future__ import annotations

import subprocess
import sys

#: a process begins with the peak of the one that made it: only a fork of a small one tells its own
_BEGIN = """
import os, resource, sys
if pid := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
"""


def run(code: str, *arguments: str, given: bytes = b"") -> list[str]:
    """The words that code prints; in it, ``peak()`` is the most memory it had so far, in megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + code, *arguments], input=given, capture_output=True, check=True
    )
    return done.stdout.decode().split()
