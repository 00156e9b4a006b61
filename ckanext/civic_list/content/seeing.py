"""One look at a resource's data, wherever they are: an uploaded file, a DataStore table, a file elsewhere."""
from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan.lib import uploader

from ckanext.civic_list.content.datastore import NoTableError, rows_of
from ckanext.civic_list.content.digest import Table, digest_of, table_of
from ckanext.civic_list.content.remote import Limits, look_at_remote
from ckanext.civic_list.content.seen import Former, Seen, changed, of_content

__all__ = ["Former", "Seen", "format_of", "look", "opened"]

log = logging.getLogger(__name__)

TABLES = frozenset({"datastore", "tabledesigner"})
_MB = 1 << 20


def look(resource: Mapping[str, Any], former: Former | None = None, ignore_columns: Collection[str] = ()) -> Seen:
    """Look at a resource's data; to be called outside of a web request and of a transaction that holds locks.

    :param resource: the resource as CKAN shows it: ``id``, ``url``, ``url_type``, ``format``, ``datastore_active``.
    :param former: what the last look kept (``Seen.kept``).
    :param ignore_columns: names of columns that say nothing of the content, such as «generated at».
    :returns: what was seen; what goes wrong outside of the portal is a fault in it, never an error.
    """
    url_type = resource.get("url_type") or ""
    if url_type in TABLES:
        return _stored(resource, former, ignore_columns)
    if url_type == "upload":
        return _uploaded(resource, former, ignore_columns)
    url = str(resource.get("url") or "").strip()
    if _scheme(url) in {"http", "https"}:
        return look_at_remote(url, format_of(resource), former, ignore_columns, limits())
    if resource.get("datastore_active"):
        return _stored(resource, former, ignore_columns)
    return Seen(how="http_header", fault="refused_address" if url else "no_file")


def limits() -> Limits:
    """What the operator allows of remote files."""
    return Limits(
        max_size=tk.config["ckanext.civic_list.remote.max_size"],
        deadline=tk.config["ckanext.civic_list.remote.deadline"],
        allow_private=tk.config["ckanext.civic_list.remote.allow_private"],
    )


def format_of(resource: Mapping[str, Any]) -> str:
    """The resource's format, else what the name of its file ends with."""
    named = str(resource.get("format") or "").strip()
    return named or PurePosixPath(urlsplit(str(resource.get("url") or "").strip()).path).suffix


def _scheme(url: str) -> str:
    return url.split(":", 1)[0].lower() if ":" in url else ""


# --- a table ----------------------------------------------------------------------------------------------


def _stored(resource: Mapping[str, Any], former: Former | None, ignore_columns: Collection[str]) -> Seen:
    try:
        table: Table = table_of(rows_of(resource["id"]), ignore_columns)
    except NoTableError:
        return Seen(how="datastore", fault="no_file")
    return Seen(
        how="datastore", content=table.digest, rows=table.rows, columns=table.columns, sketch=table.sketch,
        method="datastore", opened=True, changed=changed(table.digest, "", former),
    )


# --- a file -----------------------------------------------------------------------------------------------


def _uploaded(resource: Mapping[str, Any], former: Former | None, ignore_columns: Collection[str]) -> Seen:
    file = opened(resource)
    if file is None:
        if resource.get("datastore_active"):
            return _stored(resource, former, ignore_columns)
        return Seen(how="upload", fault="no_file")
    with file:
        return of_content(digest_of(file, format_of(resource), ignore_columns), former, "upload", "file")


def opened(resource: Mapping[str, Any]) -> BinaryIO | None:
    """The uploaded file; None where the storage has none, whatever storage it is."""
    try:
        storage = uploader.get_resource_uploader(dict(resource))
        path = storage.get_path(resource["id"])
        if hasattr(storage, "storage"):
            return _copied(storage, path)
        return Path(path).open("rb") if Path(path).is_absolute() else None
    except FileNotFoundError:
        return None
    except Exception:
        log.exception("The file of resource %s cannot be opened", resource.get("id"))
        return None


def _copied(storage: Any, location: Any) -> BinaryIO | None:
    """A file of one of CKAN's newer storages (``ckan.files``), copied from there."""
    import file_keeper

    data = file_keeper.FileData(location)
    if not storage.storage.exists(data):
        return None
    with ExitStack() as stack:
        file = stack.enter_context(TemporaryFile())
        for piece in storage.storage.stream(data):
            file.write(piece)
        file.seek(0)
        stack.pop_all()
        return cast(BinaryIO, file)
