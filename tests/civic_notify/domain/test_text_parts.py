"""Text messages: letters, parts, and where a longer text is cut."""
from __future__ import annotations

import pytest

from ckanext.civic_notify.domain.text_parts import Cost, cost_of, cut


@pytest.mark.parametrize(
    ("text", "coding", "parts"),
    [
        ("", "gsm7", 1),
        ("a" * 160, "gsm7", 1),
        ("a" * 161, "gsm7", 2),
        ("a" * 306, "gsm7", 2),
        ("a" * 307, "gsm7", 3),
        ("@£$ÆæßÉ §Ñ¿à\n", "gsm7", 1),
        ("€" * 80, "gsm7", 1),
        ("€" * 80 + "a", "gsm7", 2),
        ("ж" * 70, "ucs2", 1),
        ("ж" * 71, "ucs2", 2),
        ("ж" * 134, "ucs2", 2),
        ("ж" * 135, "ucs2", 3),
        ("a" * 70 + "ж", "ucs2", 2),
        ("Қазақстан Республикасының ашық деректері жаңартылды", "ucs2", 1),
        ("Данные обновлены: 12 строк добавлено", "ucs2", 1),
        ("ç", "ucs2", 1),
        ("`", "ucs2", 1),
        ("😀" * 35, "ucs2", 1),
        ("😀" * 35 + "a", "ucs2", 2),
    ],
)
def test_parts_are_counted_at_the_exact_boundaries(text, coding, parts):
    assert cost_of(text) == Cost(coding, parts)


def test_a_character_of_two_places_is_never_parted():
    assert cost_of("a" * 152 + "€" + "a" * 152).parts == 3
    assert cost_of("a" * 151 + "€" + "a" * 153).parts == 2
    assert cost_of("ж" * 66 + "😀" + "ж" * 66).parts == 3
    assert cost_of("ж" * 65 + "😀" + "ж" * 67).parts == 2


@pytest.mark.parametrize("text", ["", "Деректер жаңартылды", "a" * 306, "ж" * 134])
def test_a_text_that_fits_is_left_as_it_is(text):
    assert cut(text, 2) == text


@pytest.mark.parametrize("word", ["дерекқор ", "данные ", "figures ", "дерек😀 "])
@pytest.mark.parametrize("parts", [1, 2, 3])
def test_a_longer_text_is_cut_behind_a_word_and_fills_what_there_is(word, parts):
    text = word * 100
    short = cut(text, parts)
    mark = "..." if word.isascii() else "…"
    assert cost_of(short).parts == parts
    assert short.endswith(word.strip() + mark)
    assert cost_of(short.removesuffix(mark) + " " + word * 2).parts > parts


def test_one_long_word_is_cut_in_its_middle():
    assert cut("ж" * 500, 1) == "ж" * 69 + "…"
    assert cut("a" * 500, 1) == "a" * 157 + "..."


def test_stops_and_spaces_before_the_mark_are_left_out():
    text = "а" * 60 + "., " + "б" * 30
    assert cut(text, 1) == "а" * 60 + "…"


def test_letters_of_another_coding_behind_the_cut_do_not_make_it_shorter():
    assert cut("a" * 200 + "ж", 1) == "a" * 157 + "..."


LINK = "https://data.example.kz/kk/dataset/zhol-zhondeu"


@pytest.mark.parametrize("word", ["дерекқор ", "figures "])
def test_a_link_at_the_end_stays_whole(word):
    short = cut((word * 60).strip(), 2, LINK)
    assert cost_of(short).parts == 2
    assert short.endswith(" " + LINK)
    assert short.removesuffix(" " + LINK).rstrip("….").endswith(word.strip())
    assert cut("Жаңартылды", 2, LINK) == f"Жаңартылды {LINK}"


def test_a_link_that_would_take_more_than_half_is_left_out():
    assert cut("ж" * 500, 1, LINK) == "ж" * 69 + "…"
