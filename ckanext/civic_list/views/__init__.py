"""Pages of the unified list."""
from ckanext.civic_list.views import (  # noqa: F401  their routes
    delivering,
    desk_duty,
    keeper_bodies,
    keeper_delivery,
    keeper_import,
    keeper_inbox,
    keeper_items,
)
from ckanext.civic_list.views.delivery import civic_delivery
from ckanext.civic_list.views.desk import civic_desk
from ckanext.civic_list.views.keeper import civic_keeper
from ckanext.civic_list.views.reading import civic_list

__all__ = ["civic_delivery", "civic_desk", "civic_keeper", "civic_list"]
