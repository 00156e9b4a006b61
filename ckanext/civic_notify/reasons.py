"""Why a reader hears of something, in his language: what he follows, or what he is."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from sqlalchemy.orm import Session

from ckanext.civic_core import config, titles
from ckanext.civic_core.domain import texts
from ckanext.civic_core.domain.news import ADMINS, EDITORS, KEEPERS, ROLES, USER, Target, Thing
from ckanext.civic_core.interfaces import IFollowable

__all__ = ["Names", "Reasons", "read"]

_OF_AGENCY = (EDITORS, ADMINS)


@dataclass(frozen=True)
class Names:
    """What targets are called, in every language."""

    things: Mapping[Target, Thing]
    agencies: Mapping[str, Mapping[str, str]]


def read(session: Session, targets: Iterable[Target]) -> Names:
    """Read what these are called: one statement for each kind of thing, one for all agencies."""
    wanted = set(targets)
    things: dict[Target, Thing] = {}
    followed = [target for target in wanted if target.type not in ROLES]
    if followed:
        for plugin in _plugins():
            things.update(plugin.followed(session, followed))
    agencies = titles.known() if any(target.type in _OF_AGENCY for target in wanted) else {}
    return Names(things, agencies)


def _plugins() -> Iterable[Any]:
    return p.PluginImplementations(IFollowable)


@dataclass
class Reasons:
    """The reasons in one language, each put into words once."""

    language: str
    names: Names
    _kinds: dict[str, str] | None = None
    _said: dict[Target, str] = field(default_factory=dict[Target, str])

    def why(self, target: Target) -> str:
        """One sentence: why a reader gets this."""
        if target not in self._said:
            self._said[target] = self._why(target)
        return self._said[target]

    def label(self, target: Target) -> str:
        """What it is, and what it is called: ``dataset “Pharmacies”``."""
        kind, title = self._kind(target.type), self.title(target)
        if kind and title:
            return tk._("{kind} “{title}”").format(kind=kind, title=title)
        return title or kind or self._office(target)

    def title(self, target: Target) -> str:
        """The name of a thing that is followed; empty where it has none, or is gone or not public."""
        thing = self.names.things.get(target)
        return texts.pick(thing.title, self.language, config.languages())[0] if thing else ""

    def path(self, target: Target) -> str:
        """Of the page of a thing, without language; empty where there is none."""
        thing = self.names.things.get(target)
        return thing.path if thing else ""

    def _kind(self, kind: str) -> str:
        if self._kinds is None:
            self._kinds = {one.type: one.label for plugin in _plugins() for one in plugin.followables()}
        return self._kinds.get(kind, "")

    def _why(self, target: Target) -> str:
        said = _BECAUSE.get(target.type)
        if said is not None:
            return said().format(agency=self._agency(target))
        label = self.label(target)
        if not label:
            return tk._("You get this message because you are subscribed to this news.")
        return tk._("You get this message because you are subscribed: {what}.").format(what=_within(label))

    def _office(self, target: Target) -> str:
        words: Mapping[str, Callable[[], str]] = {
            EDITORS: lambda: tk._("work of the agency {agency}"), ADMINS: lambda: tk._("work of the agency {agency}"),
            KEEPERS: lambda: tk._("keeping of the unified list"), USER: lambda: tk._("your own matters"),
        }
        said = words.get(target.type)
        return said().format(agency=self._agency(target)) if said else ""

    def _agency(self, target: Target) -> str:
        return texts.pick(self.names.agencies.get(target.id, {}), self.language, config.languages())[0]


def _within(label: str) -> str:
    """As a part of a sentence: “dataset”, but “SMS”."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


_BECAUSE: Mapping[str, Callable[[], str]] = {
    EDITORS: lambda: tk._("You get this message because you are an editor of the agency: {agency}."),
    ADMINS: lambda: tk._("You get this message because you are an administrator of the agency: {agency}."),
    KEEPERS: lambda: tk._("You get this message because you keep the unified list."),
    USER: lambda: tk._("You get this message because it is about your own account or your own requests."),
}
