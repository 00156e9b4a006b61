"""Contrast of colours, as WCAG 2.2 defines it (success criterion 1.4.3, relative luminance)."""
from __future__ import annotations

import re

_HEX = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
#: what text needs against its background at level AA
ENOUGH = 4.5


def is_colour(text: str) -> bool:
    """A colour written as ``#006a80``."""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (the same) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at:at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
