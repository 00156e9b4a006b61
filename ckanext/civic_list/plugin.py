"""civic_list: the unified list of open data: editions, items, duties and what is linked to them."""
from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation

import ckanext.civic_list.model  # noqa: F401  declares the tables


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.config_declarations
class CivicListPlugin(p.SingletonPlugin, DefaultTranslation):
    """What agencies promised to publish, and by when."""

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
