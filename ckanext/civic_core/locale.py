"""Languages of CKAN's own pages that CKAN does not bring, or brings by halves.

CKAN offers a language only when ``ckan.i18n_directory`` holds a folder of it; plugins cannot add one. So a folder
is made that has everything of CKAN's and, for each catalogue in ``i18n_core``, the translations of the bundle and
of CKAN together. Where both translate a message the bundle's words count, but never before those of an operator who
set a folder of his own.
"""
from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import ckan
import ckan.plugins
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from ckan.common import CKANConfig

__all__ = ["merged", "offer", "prepare"]

CATALOGUES = Path(__file__).parent / "i18n_core"
CKANS = Path(ckan.plugins.__file__).parent.parent / "i18n"
_FILE = Path("LC_MESSAGES") / "ckan.po"


def offer(config: CKANConfig) -> None:
    """Make CKAN see the languages; to be called in ``update_config``."""
    own = config.get("ckan.i18n_directory")
    source = Path(own) if own else CKANS
    if (source / "i18n").is_dir():
        source = source / "i18n"
    config["ckan.i18n_directory"] = str(prepare(source, _cache(config)))


def _cache(config: CKANConfig) -> Path:
    storage = config.get("ckan.storage_path")
    folder = Path(storage) / "civic_i18n" if storage else Path(tempfile.gettempdir()) / f"civic_i18n-{os.getuid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        usable = os.access(folder, os.W_OK) and folder.stat().st_uid == os.getuid()
    except OSError:
        usable = False
    return folder if usable else Path(tempfile.mkdtemp(prefix="civic_i18n-"))


def prepare(source: Path, cache: Path) -> Path:
    """The folder for ``ckan.i18n_directory``, made if it is not there yet.

    Its name is a digest of what went into it. It is made aside and then renamed, so several processes may start at
    once: who comes second throws his own away.
    """
    ready = cache / _digest(source)
    if ready.is_dir():
        return ready
    draft = Path(tempfile.mkdtemp(dir=cache, prefix="draft-"))
    draft.chmod(0o755)
    _fill(draft, source)
    try:
        draft.rename(ready)
    except OSError:
        shutil.rmtree(draft)
        if not ready.is_dir():
            raise
    return ready


def _digest(source: Path) -> str:
    digest = hashlib.sha256(f"{ckan.__version__} {source}".encode())
    for path in _catalogues():
        for part in (path, source / path.relative_to(CATALOGUES)):
            digest.update(part.read_bytes() if part.is_file() else b"")
    return digest.hexdigest()[:16]


def _catalogues() -> list[Path]:
    return sorted(CATALOGUES.glob(f"*/{_FILE}"))


def _fill(folder: Path, source: Path) -> None:
    languages = {path.relative_to(CATALOGUES).parts[0] for path in _catalogues()}
    for entry in source.iterdir():
        if entry.name not in languages:
            _link(folder / entry.name, entry)
    order = (CATALOGUES, source) if source == CKANS else (source, CATALOGUES)
    for language in languages:
        files = [place / language / _FILE for place in order]
        _write(merged(language, (path for path in files if path.is_file())), folder / language / _FILE)


def _link(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target.resolve())
    except OSError:
        copy = shutil.copytree if target.is_dir() else shutil.copy2
        copy(target, link)


def merged(language: str, files: Iterable[Path]) -> Catalog:
    """One catalogue of several: the first that translates a message is believed."""
    catalogues: list[Catalog] = []
    for path in files:
        with path.open("rb") as source:
            catalogues.append(read_po(source, locale=language))
    first, *rest = catalogues
    for catalogue in rest:
        for message in catalogue:
            if message.id and _is_said(message, first) and not _is_known(message, first):
                first.delete(message.id, message.context)
                first[message.id] = message
    return first


def _is_known(message: Message, catalogue: Catalog) -> bool:
    known = catalogue.get(message.id, message.context)
    return known is not None and _is_said(known, catalogue)


def _is_said(message: Message, catalogue: Catalog) -> bool:
    """Whether it is translated, in as many plural forms as the catalogue has."""
    if isinstance(message.string, str):
        return bool(message.string) and not message.fuzzy
    forms = message.string or ()
    return len(forms) == catalogue.num_plurals and all(forms) and not message.fuzzy


def _write(catalogue: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True)
    with path.open("wb") as target:
        write_po(target, catalogue)
    with path.with_suffix(".mo").open("wb") as target:
        write_mo(target, catalogue)
