"""Tables of civic_list; importing the package declares all of them."""
from ckanext.civic_list.model.agency import Agency, AgencyName, OwnerGroup, OwnerGroupMember, Succession
from ckanext.civic_list.model.delivery import (
    Figure,
    LinkSpell,
    Obligation,
    OwnTerms,
    Relief,
    Review,
    Standing,
    Tally,
    Use,
)
from ckanext.civic_list.model.duty import Duty, DutyTerm, Link
from ckanext.civic_list.model.edition import AgencyList, Edition, Item, ItemVersion, Proposal, StagedImport
from ckanext.civic_list.model.evidence import Evidence, Release, SeenResource, Sighting, WatchedDataset

__all__ = [
    "Agency", "AgencyList", "AgencyName", "Duty", "DutyTerm", "Edition", "Evidence", "Figure", "Item", "ItemVersion",
    "Link", "LinkSpell", "Obligation", "OwnTerms", "OwnerGroup", "OwnerGroupMember", "Proposal", "Release", "Relief",
    "Review", "SeenResource", "Sighting", "StagedImport", "Standing", "Succession", "Tally", "Use", "WatchedDataset",
]
