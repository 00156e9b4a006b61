"""When data are due where the list does not say: about each period where the data name one, else within it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .items import Schedule


def usual(composition: Iterable[str], words: Collection[str]) -> Schedule:
    """The schedule of a row without one of its own.

    :param composition: the parts that the data must have
    :param words: what a part is called that names the period which the data are about
    """
    parts = [part.casefold().replace("ё", "е") for part in composition]
    known = [word.casefold().replace("ё", "е") for word in words]
    about = any(word in part for part in parts for word in known)
    return Schedule("after" if about else "within")
