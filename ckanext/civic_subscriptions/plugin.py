"""civic_subscriptions: who wants to hear of what, how, and how often."""
from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation


class CivicSubscriptionsPlugin(p.SingletonPlugin, DefaultTranslation):
    """Keeps subscriptions and the ways to reach those who subscribed."""

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
