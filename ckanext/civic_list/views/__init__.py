"""Pages of the unified list."""
from ckanext.civic_list.views import keeper_bodies, keeper_import, keeper_inbox, keeper_items  # noqa: F401  their routes
from ckanext.civic_list.views.desk import civic_desk
from ckanext.civic_list.views.keeper import civic_keeper
from ckanext.civic_list.views.reading import civic_list

__all__ = ["civic_desk", "civic_keeper", "civic_list"]
