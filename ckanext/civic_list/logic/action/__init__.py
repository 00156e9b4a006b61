"""Actions of civic_list."""
from ckanext.civic_list.logic.action.agency import civic_agency_list, organization_delete, organization_purge
from ckanext.civic_list.logic.action.agency_list import civic_agency_list_approve, civic_agency_list_show
from ckanext.civic_list.logic.action.checking import civic_duty_template, civic_release_check
from ckanext.civic_list.logic.action.compliance import civic_compliance_show
from ckanext.civic_list.logic.action.dataset import dataset_purge, package_create, package_update
from ckanext.civic_list.logic.action.delivery import civic_evidence_list, civic_obligation_list, civic_release_list
from ckanext.civic_list.logic.action.duty import (
    civic_duty_autocomplete,
    civic_duty_search,
    civic_duty_show,
    civic_duty_update,
)
from ckanext.civic_list.logic.action.edition import (
    civic_edition_create,
    civic_edition_list,
    civic_edition_show,
    civic_edition_update,
)
from ckanext.civic_list.logic.action.edition_import import civic_edition_import
from ckanext.civic_list.logic.action.edition_life import (
    civic_edition_approve,
    civic_edition_return,
    civic_edition_revoke,
    civic_edition_set_effective,
    civic_edition_submit,
    civic_edition_withdraw,
)
from ckanext.civic_list.logic.action.edition_reading import (
    civic_edition_diff,
    civic_edition_export,
    civic_edition_impact,
)
from ckanext.civic_list.logic.action.item import (
    civic_item_create,
    civic_item_delete,
    civic_item_search,
    civic_item_show,
    civic_item_update,
)
from ckanext.civic_list.logic.action.link import (
    civic_duty_link,
    civic_duty_link_decide,
    civic_duty_link_list,
    civic_duty_unlink,
)
from ckanext.civic_list.logic.action.owner_group import (
    civic_owner_group_create,
    civic_owner_group_list,
    civic_owner_group_show,
    civic_owner_group_update,
)
from ckanext.civic_list.logic.action.proposal import (
    civic_item_proposal_create,
    civic_item_proposal_decide,
    civic_item_proposal_list,
)
from ckanext.civic_list.logic.action.relief import (
    civic_duty_suspend,
    civic_obligation_excuse,
    civic_relief_decide,
    civic_relief_end,
    civic_relief_list,
)
from ckanext.civic_list.logic.action.review import civic_duty_confirm_current
from ckanext.civic_list.logic.action.succession import (
    civic_agency_succession_create,
    civic_agency_succession_list,
)
from ckanext.civic_list.logic.action.vocabulary import civic_period_list

__all__ = [
    "civic_agency_list", "civic_agency_list_approve", "civic_agency_list_show", "civic_agency_succession_create",
    "civic_agency_succession_list", "civic_compliance_show", "civic_duty_autocomplete",
    "civic_duty_confirm_current", "civic_duty_link", "civic_duty_link_decide", "civic_duty_link_list",
    "civic_duty_search", "civic_duty_show", "civic_duty_suspend", "civic_duty_template", "civic_duty_unlink",
    "civic_duty_update", "civic_edition_approve", "civic_edition_create", "civic_edition_diff",
    "civic_edition_export", "civic_edition_impact", "civic_edition_import", "civic_edition_list",
    "civic_edition_return", "civic_edition_revoke", "civic_edition_set_effective", "civic_edition_show",
    "civic_edition_submit", "civic_edition_update", "civic_edition_withdraw", "civic_evidence_list",
    "civic_item_create", "civic_item_delete", "civic_item_proposal_create", "civic_item_proposal_decide",
    "civic_item_proposal_list", "civic_item_search", "civic_item_show", "civic_item_update",
    "civic_obligation_excuse", "civic_obligation_list", "civic_owner_group_create", "civic_owner_group_list",
    "civic_owner_group_show", "civic_owner_group_update", "civic_period_list", "civic_release_check",
    "civic_release_list", "civic_relief_decide", "civic_relief_end", "civic_relief_list", "dataset_purge",
    "organization_delete", "organization_purge", "package_create", "package_update",
]
