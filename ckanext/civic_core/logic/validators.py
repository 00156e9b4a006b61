"""Validators of civic_core: those of single values, and by name those of texts and of datasets."""
from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.civic_core.domain import colour
from ckanext.civic_core.logic.dataset_validators import (
    civic_category,
    civic_default_license,
    civic_drop_blank_rows,
    civic_duties,
    civic_lines,
    civic_term,
    civic_update_period,
)
from ckanext.civic_core.logic.stored import stored_object
from ckanext.civic_core.logic.text_validators import civic_fill_tags, civic_json_output, civic_tags, civic_texts

__all__ = [
    "civic_agency_code", "civic_category", "civic_colour", "civic_default_license", "civic_drop_blank_rows",
    "civic_duties", "civic_fill_tags", "civic_icon", "civic_json_output", "civic_lines", "civic_link", "civic_phone",
    "civic_tags",
    "civic_term", "civic_text_colour", "civic_texts", "civic_timezone", "civic_update_period",
]

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_\-]{0,29}")
_ICON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Digits with their usual separators, and an extension in whatever word.
_PHONE = re.compile(r"\+?[0-9(][0-9()\-\s.]{4,30}(,?\s?\D{1,10}\s?[0-9]{1,6})?")


def civic_timezone(value: Any) -> str:
    """The name of a time zone, such as ``Asia/Almaty``."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as error:
        raise tk.Invalid(tk._("{value} is not the name of a time zone").format(value=value)) from error
    return value


def civic_colour(value: Any) -> str:
    """A colour such as ``#006a80``."""
    if not colour.is_colour(value):
        raise tk.Invalid(tk._("{value} is not a colour such as #006a80").format(value=value))
    return value


def civic_text_colour(value: Any) -> str:
    """A colour that can be read on white and on the quiet ground (WCAG 2.2, 1.4.3)."""
    civic_colour(value)
    for ground in ("#ffffff", tk.config.get("ckanext.civic_core.colours.ground") or "#f4f8f9"):
        if colour.is_colour(ground) and colour.contrast(value, ground) < colour.ENOUGH:
            message = tk._("{value} cannot be read on {ground}: the contrast must be at least {least}:1")
            raise tk.Invalid(message.format(value=value, ground=ground, least=colour.ENOUGH))
    return value


def civic_agency_code(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context,
) -> None:
    """The short key of an agency in lists: capital Latin letters and digits; no two agencies share one."""
    code = data[key] = str(data[key]).strip().upper()
    if not _CODE.fullmatch(code):
        raise tk.Invalid(tk._("Write a short key in capital Latin letters and digits, such as {example}").format(
            example="MZ"))
    thing = stored_object(key, data, context)
    holder = _holder_of(code)
    if holder is not None and (thing is None or holder.id != thing.id):
        raise tk.Invalid(tk._("The key {code} belongs to {agency}").format(code=code, agency=holder.title))


def _holder_of(code: str) -> Any:
    return model.Session.execute(
        sa.select(model.Group.id, model.Group.title)
        .where(model.Group.is_organization, model.Group.state == "active", model.Group.extras["code"].astext == code)
        .limit(1)
    ).first()


def civic_icon(value: str) -> str:
    """The name of a Font Awesome icon, without its prefix."""
    name = value.strip().removeprefix("fa-")
    if not _ICON.fullmatch(name):
        raise tk.Invalid(tk._("Write the name of an icon in small Latin letters, such as {example}").format(
            example="graduation-cap"))
    return name


def civic_link(value: str) -> str:
    """An address on the web."""
    address = value.strip()
    if not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", address):
        raise tk.Invalid(tk._("Write a whole web address, such as {example}").format(example="https://www.gov.kz"))
    return address


def civic_phone(value: str) -> str:
    """A telephone number as people write it."""
    number = " ".join(value.split())
    if not _PHONE.fullmatch(number):
        raise tk.Invalid(tk._("Write a telephone number such as {example}").format(example="+7 7172 00 00 00"))
    return number
