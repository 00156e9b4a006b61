"""Settings read through typed functions; defaults stand in ``config_declaration.yaml`` only."""
from __future__ import annotations

import ckan.plugins.toolkit as tk

__all__ = [
    "authorised_body", "default_license", "home_language", "languages", "moderators", "required_languages",
    "site_language",
]


def languages() -> tuple[str, ...]:
    """The languages that texts are kept in, in their fall-back order."""
    return tuple(tk.config["ckanext.civic_core.languages"])


def required_languages() -> tuple[str, ...]:
    """The languages in which a dataset or a list row must have its title."""
    return tuple(tk.config["ckanext.civic_core.required_languages"])


def site_language() -> str:
    """The language that fills CKAN's own one-language fields."""
    return tk.config["ckan.locale_default"]


def home_language() -> str:
    """The site's language where texts are kept in it, else the first that they are kept in."""
    known = languages()
    return site_language() if site_language() in known else known[0]


def authorised_body() -> str:
    """Name of the organisation whose members keep the unified list."""
    return tk.config["ckanext.civic_core.authorised_body"]


def moderators() -> str:
    """Name of the group (type ``civic_team``) whose members moderate."""
    return tk.config["ckanext.civic_core.moderators"]


def default_license() -> str:
    """Id of the licence of a dataset whose publisher names none."""
    return tk.config["ckanext.civic_core.license.default"]
