"""Tables of civic_list; importing the package declares all of them."""
from ckanext.civic_list.model.agency import Agency, AgencyName, OwnerGroup, OwnerGroupMember, Succession
from ckanext.civic_list.model.duty import Duty, DutyTerm, Link
from ckanext.civic_list.model.edition import AgencyList, Edition, Item, ItemVersion, Proposal, StagedImport

__all__ = [
    "Agency", "AgencyList", "AgencyName", "Duty", "DutyTerm", "Edition", "Item", "ItemVersion", "Link",
    "OwnerGroup", "OwnerGroupMember", "Proposal", "StagedImport", "Succession",
]
