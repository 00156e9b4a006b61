"""Whether a harvester writes a dataset: the account that it works under says so."""
from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

__all__ = ["by_harvester"]


def by_harvester(context: Context, session: Session, dataset_id: str) -> bool:
    """Whether this is a harvest: by the harvester's own account or, where it has none, by the portal's account at a
    dataset that comes from elsewhere.
    """
    user = context.get("user")
    if user == (tk.config.get("ckanext.harvest.user_name") or "harvest"):
        return True
    if user != tk.config["ckan.site_id"] or not p.plugin_loaded("harvest"):
        return False
    from ckanext.harvest.model import HarvestObject

    return bool(session.scalar(sa.select(sa.exists().where(HarvestObject.package_id == dataset_id))))
