"""civic_notify: the outbox: who is told of what, through which channel, and what became of it."""
from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation

import ckanext.civic_notify.model  # noqa: F401  declares the tables


@tk.blanket.config_declarations
class CivicNotifyPlugin(p.SingletonPlugin, DefaultTranslation):
    """Tells everybody who asked to be told, once."""

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
