"""Validators of civic_core."""
from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import ckan.plugins.toolkit as tk

__all__ = ["civic_timezone"]


def civic_timezone(value: Any) -> str:
    """The name of a time zone, such as ``Asia/Almaty``."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as error:
        raise tk.Invalid(tk._("{value} is not the name of a time zone").format(value=value)) from error
    return value
