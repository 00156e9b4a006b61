"""The portal's configuration: ``managed.ini`` is ours, ``ckan.ini`` the operator's and read last."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from string import Template

from ckanext.civic_embedded import accounts
from ckanext.civic_embedded.folder import Folder

#: first named wins: our templates must come before those of the neighbours
PLUGINS = (
    "civic_core",
    "civic_list",
    "civic_requests",
    "civic_applications",
    "civic_similar",
    "civic_comments",
    "civic_subscriptions",
    "civic_notify",
    "civic_statistics",
    "civic_showcase",
    "civic_entities",
    "civic_legacy_api",
    "civic_theme",
    "scheming_datasets",
    "scheming_organizations",
    "scheming_groups",
    "harvest",
    "ckan_harvester",
    "dcat",
    "dcat_rdf_harvester",
    "structured_data",
    "activity",
    "datastore",
    "xloader",
    "datatables_view",
)

_OWN_INI = """\
# Settings of this portal. This file is never overwritten; what stands here wins over managed.ini.
[app:main]
use = config:managed.ini
"""


def installed_plugins() -> set[str]:
    """Names that CKAN could load now."""
    return {entry.name for entry in entry_points(group="ckan.plugins")}


def plugins(installed: Iterable[str]) -> list[str]:
    """Those of the bundle's plugins that are installed, in the order that they must be loaded in."""
    present = set(installed)
    return [name for name in PLUGINS if name in present]


#: who keeps the list and who moderates in the demo
DEMO = """\
ckanext.civic_core.authorised_body = ministry-of-culture-and-information
ckanext.civic_core.moderators = moderators
"""


def write(folder: Folder, services: Mapping[str, str], site_url: str, *, demo: bool = False) -> Path:
    """Write ``managed.ini``, and ``ckan.ini`` where it is missing; returns the path of ``ckan.ini``.

    :param services: the services' addresses by the names of CKAN's environment variables.
    :param demo: name the bodies that the demo brings.
    """
    token = folder.read_json(accounts.TOKEN_FILE).get("token", "NOT_SET")
    values = {
        "secret_key": folder.secret("session"),
        "site_url": site_url,
        "plugins": " ".join(plugins(installed_plugins())),
        "data": str(folder.path),
        "xloader_token": token,
        "demo": DEMO if demo else "",
        **services,
    }
    escaped = {name: value.replace("%", "%%") for name, value in values.items()}
    folder.write_private("managed.ini", Template(_template()).substitute(escaped))
    own = folder.path / "ckan.ini"
    return own if own.exists() else folder.write_private("ckan.ini", _OWN_INI)


def _template() -> str:
    return Path(__file__).with_name("managed.ini").read_text()
