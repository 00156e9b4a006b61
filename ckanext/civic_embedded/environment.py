"""Make the Python environment ``.venv`` from the lock file, once.

Run by the machine's own Python from the repository: ``python3 ckanext/civic_embedded/environment.py``.
A stamp with the digest of everything that decides the outcome makes the second run a no-op.
"""
from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

STAMP = "civic-stamp"


def sources(root: Path) -> list[Path]:
    """Files whose change makes a new installation necessary; catalogues, because they are compiled then."""
    named = [root / name for name in ("requirements.lock", "setup.py", "setup.cfg", "pyproject.toml")]
    return named + sorted(root.glob("ckanext/*/i18n*/*/LC_MESSAGES/*.po"))


def digest(root: Path) -> str:
    """One value for the Python in use, the place of the repository, its packages and all of :func:`sources`."""
    packages = sorted(path.parent.name for path in root.glob("ckanext/*/__init__.py"))
    value = hashlib.sha256(f"{sys.version} {root} {packages}".encode())
    for path in sources(root):
        value.update(path.name.encode() + path.read_bytes())
    return value.hexdigest()


def is_current(root: Path, venv: Path) -> bool:
    stamp = venv / STAMP
    return stamp.exists() and stamp.read_text() == digest(root) and (venv / "bin" / "python").exists()


def _run(*command: str | Path, **environ: str) -> None:
    subprocess.run([str(part) for part in command], check=True, env={**os.environ, **environ})


def _uv(venv: Path, root: Path) -> Path:
    """The installer, in the version of the lock file."""
    uv = venv / "bin" / "uv"
    if not uv.exists():
        _run(venv / "bin" / "python", "-m", "pip", "install", "--quiet", "uv", "-c", root / "requirements.lock")
    return uv


def build(root: Path, venv: Path) -> None:
    """Create ``venv`` where it is missing and bring it to what the lock file says."""
    if not (venv / "bin" / "pip").exists():
        print("Creating the Python environment …", flush=True)
        _run(sys.executable, "-m", "venv", venv)
    uv = _uv(venv, root)
    print("Installing Python packages …", flush=True)
    python = {"VIRTUAL_ENV": str(venv)}
    _run(uv, "pip", "install", "--quiet", "-r", root / "requirements.lock", **python)
    _run(uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", root, **python)
    (venv / STAMP).write_text(digest(root))


def main() -> int:
    root = Path(__file__).resolve().parents[2]
    venv = root / ".venv"
    if not is_current(root, venv):
        try:
            build(root, venv)
        except subprocess.CalledProcessError as failed:
            print(f"The Python environment could not be made: {' '.join(failed.cmd)}", file=sys.stderr)
            print(f"Python is {sysconfig.get_python_version()}, the folder {venv}.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
