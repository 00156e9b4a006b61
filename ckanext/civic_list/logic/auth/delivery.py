"""Who may read delivery: everybody; what of private datasets, each action decides."""
from __future__ import annotations

from ckanext.civic_list.logic.auth.editions import _everybody

NAMES = ("civic_compliance_show", "civic_evidence_list", "civic_obligation_list", "civic_release_list")

civic_compliance_show = civic_evidence_list = civic_obligation_list = civic_release_list = _everybody
