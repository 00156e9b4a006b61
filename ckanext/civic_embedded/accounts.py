"""First accounts of a new portal, made by a process with CKAN in it: ``python -m ckanext.civic_embedded.accounts``.

A process of its own keeps the password out of command lines, which every account of the machine can read.
"""
from __future__ import annotations

import json
import os
from pathlib import Path

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

from ckanext.civic_embedded.folder import Folder

ADMINISTRATOR = "admin"


def provide_administrator(password: str) -> None:
    """A sysadmin, where the portal has none by that name."""
    if model.User.get(ADMINISTRATOR):
        return
    account = {"name": ADMINISTRATOR, "email": f"{ADMINISTRATOR}@localhost.example", "password": password}
    tk.get_action("user_create")(_as_site(), account)
    model.Session.query(model.User).filter_by(name=ADMINISTRATOR).update({"sysadmin": True})
    model.repo.commit_and_remove()


def provide_loader_token(folder: Folder) -> None:
    """A token with which xloader may write into the DataStore, made anew: CKAN keeps no copy to look it up."""
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    made = tk.get_action("api_token_create")(_as_site(), {"user": site, "name": "xloader"})
    folder.write_private("xloader.json", json.dumps({"token": made["token"]}))


def _as_site() -> dict[str, object]:
    return {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}


def main() -> None:
    ini = Path(os.environ["CKAN_INI"])
    folder = Folder(ini.parent)
    application = make_app(CKANConfigLoader(str(ini)).get_config())
    with application._wsgi_app.test_request_context():
        if os.environ.get("CIVIC_ADMINISTRATOR") == "yes":
            provide_administrator(folder.secret("administrator"))
        if not folder.read_json("xloader.json"):
            provide_loader_token(folder)


if __name__ == "__main__":
    main()
