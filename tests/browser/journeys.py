"""A portal for the journeys: the sample's bodies and accounts, who sign in, and the list of 2025 in force."""
from __future__ import annotations

import ckan.model as model
from civic_list import portal as sample
from civic_list.listing import on
from database import empty

PASSWORD = "only-for-this-test-1"


def begin() -> None:
    """An empty portal with the sample, in which everybody has the same password."""
    empty()
    model.repo.init_db()
    sample.load()
    for name in sample.PEOPLE:
        model.User.get(name).password = PASSWORD
    model.Session.commit()


def bring_list_into_force() -> None:
    """The official list of 2025, imported and approved in its time."""
    with on("2025-01-17"):
        edition = sample.draft("2025", title={"kk": "2025 жылғы тізбе", "ru": "Перечень 2025 года"})
        sample.act("keeper", "civic_edition_import", id=edition["id"], upload=sample.sheet("unified-list-2025.xlsx"),
                   dry_run=False)
    with on("2025-01-20"):
        sample.make_law("2025", "2025-02-01")
    model.Session.remove()
