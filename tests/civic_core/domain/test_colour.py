"""Contrast of colours."""
from __future__ import annotations

import pytest

from ckanext.civic_core.domain.colour import ENOUGH, contrast, is_colour


@pytest.mark.parametrize(("one", "other", "ratio"), [
    ("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54),
    ("#ff0000", "#ffffff", 4.0), ("#0000ff", "#ffffff", 8.59),
])
def test_the_ratios_are_those_of_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("text", ["#006a80", "#00485a", "#14242b"])
@pytest.mark.parametrize("ground", ["#ffffff", "#f4f8f9"])
def test_the_shipped_colours_of_text_can_be_read(text, ground):
    assert contrast(text, ground) >= ENOUGH


def test_a_colour_is_six_hexadecimal_digits():
    assert is_colour("#006a80")
    assert is_colour("#AABBCC")
    assert not is_colour("#06a")
    assert not is_colour("#006a80 ")
    assert not is_colour("#006a80\n")
    assert not is_colour("teal")
