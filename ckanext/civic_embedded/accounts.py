"""First accounts of a new portal: ``python -m ckanext.civic_embedded.accounts token | administrator``.

A process of its own loads CKAN, and keeps the password out of command lines, which everybody on the machine
can read.
"""
from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ckanext.civic_embedded.folder import Folder

ADMINISTRATOR = "admin"
SHOWN_FILE = "accounts.txt"
TOKEN_FILE = "xloader.json"  # noqa: S105 (a file's name)


def provide_administrator(folder: Folder) -> None:
    """A sysadmin, where the portal has no account of that name; only then its password is shown."""
    import ckan.model as model
    import ckan.plugins.toolkit as tk

    if model.User.get(ADMINISTRATOR):
        return
    password = folder.secret("administrator")
    account = {"name": ADMINISTRATOR, "email": f"{ADMINISTRATOR}@localhost.example", "password": password}
    tk.get_action("user_create")({"ignore_auth": True, "user": _site_user()}, account)
    model.Session.query(model.User).filter_by(name=ADMINISTRATOR).update({"sysadmin": True})
    model.repo.commit_and_remove()
    folder.write_private(SHOWN_FILE, f"  {ADMINISTRATOR}   password {password}   sysadmin\n")


def provide_token(folder: Folder) -> None:
    """A token for xloader, made anew: CKAN keeps none that could be looked up."""
    import ckan.plugins.toolkit as tk

    user = _site_user()
    made = tk.get_action("api_token_create")({"ignore_auth": True, "user": user}, {"user": user, "name": "xloader"})
    folder.write_private(TOKEN_FILE, json.dumps({"token": made["token"]}))


def _site_user() -> str:
    import ckan.plugins.toolkit as tk

    return tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]


PROVIDERS = {"administrator": provide_administrator, "token": provide_token}


def main(what: str) -> None:
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    ini = Path(os.environ["CKAN_INI"])
    application = make_app(CKANConfigLoader(str(ini)).get_config())
    with application._wsgi_app.test_request_context():
        PROVIDERS[what](Folder(ini.parent))


if __name__ == "__main__":
    main(sys.argv[1])
