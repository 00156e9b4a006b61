"""What an import says of a file: a sentence for each code, with what is wrong and what would be right."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core import languages
from ckanext.civic_list.domain.matching import Problem, Reason
from ckanext.civic_list.domain.sheets import Finding

__all__ = ["finding_sentence", "problem_sentence", "reason_sentence"]

_FINDINGS: Mapping[str, Callable[[], str]] = {
    "file_encrypted": lambda: tk._("The file is protected by a password. Save it without one."),
    "file_macros": lambda: tk._("The file has macros. Save it as an Excel workbook (.xlsx) without macros."),
    "file_old_excel": lambda: tk._("The file is of an old Excel format. Save it as an Excel workbook (.xlsx)."),
    "file_html": lambda: tk._("The file is a web page under another name. Save it as an Excel workbook (.xlsx)."),
    "file_type": lambda: tk._("The file is neither an Excel workbook (.xlsx) nor a CSV table."),
    "file_damaged": lambda: tk._("The file is damaged. Open it, save it again and upload it again."),
    "file_entities": lambda: tk._("The file holds XML entities, which no list needs. Save it anew."),
    "file_external": lambda: tk._("The file takes values from other files. Put the values in their place and save it."),
    "file_inflated": lambda: tk._("The file unpacks to much more than a list can be."),
    "file_too_large": lambda: tk._("The file is larger than {most} MB."),
    "file_too_many_cells": lambda: tk._("The file has more than {rows} rows or too many columns."),
    "file_cell_too_long": lambda: tk._("A cell holds more than {most} characters."),
    "file_empty": lambda: tk._("The file is empty."),
    "file_encoding": lambda: tk._("The letters of the file cannot be read. Save it as CSV in UTF-8."),
    "heading_missing": lambda: tk._("There is no row of headings such as number, title, agency, period."),
    "column_missing": lambda: tk._("There is no column «{heading}»."),
    "heading_spaces": lambda: tk._("Spaces in the heading are set aside."),
    "heading_misspelt": lambda: tk._("The heading is taken for «{expected}». Please look whether it is."),
    "latin_lookalikes": lambda: tk._("Latin letters in a word are replaced by the Cyrillic ones that look like them."),
    "hidden_column": lambda: tk._("The column is hidden."),
    "unknown_column": lambda: tk._("The heading is not a column of the list: its values are not imported."),
    "heading_repeated": lambda: tk._("A second column with this heading: column {first} counts."),
    "agency_unknown": lambda: tk._("There is no such agency."),
    "several_agencies": lambda: tk._("Several agencies in one cell: one row for each, or an owner group."),
    "agency_missing": lambda: tk._("The agency is missing."),
    "agency_short_name": lambda: tk._("The short name is replaced by the official one."),
    "period_unknown": lambda: tk._("There is no such update period."),
    "several_periods": lambda: tk._("Several update periods in one cell: give one."),
    "period_missing": lambda: tk._("The update period is missing."),
    "date_in_period": lambda: tk._("A date stands where the update period should be."),
    "period_case_and_spaces": lambda: tk._("Case and spaces of the period are put right."),
    "period_with_extra_text": lambda: tk._("The words after the period go into the note: «{rest}»."),
    "titles_swapped": lambda: tk._("The titles stand in each other's column."),
    "lost_letters": lambda: tk._(
        "Question marks stand for letters that were lost. Save the file again, as XLSX or in UTF-8."
    ),
    "duplicate_row": lambda: tk._("The agency has this title already, in row {first}."),
    "number_missing": lambda: tk._("The number is missing."),
    "number_repeated": lambda: tk._("The number is used already, in row {first}."),
    "number_not_a_number": lambda: tk._("This is not a whole number."),
    "number_is_text": lambda: tk._("The number was text and is a number now."),
    "trailing_spaces": lambda: tk._("Superfluous spaces are removed."),
    "non_breaking_spaces": lambda: tk._("No-break spaces are replaced by spaces."),
    "invisible_characters": lambda: tk._("Invisible characters are removed."),
    "line_breaks": lambda: tk._("Line breaks are replaced by spaces."),
    "xml_escape": lambda: tk._("Remains of a conversion such as _x000D_ are removed."),
    "number_in_title": lambda: tk._("A number before the title is removed."),
    "placeholder": lambda: tk._("A dash stands for nothing."),
    "composition_separator": lambda: tk._("The parts are separated by commas. Please look whether they are right."),
    "code_unusable": lambda: tk._("A code has up to 40 letters, digits, dots and dashes, such as MZ-006."),
    "title_too_long": lambda: tk._("The title has {length} characters."),
    "html_in_text": lambda: tk._("There are HTML tags in the text: remove them."),
    "empty_row": lambda: tk._("The row is empty and is skipped."),
    "formula_cell": lambda: tk._("A formula stands here: put its value instead."),
    "formula_cell:cleaned": lambda: tk._("The stored value of the formula {formula} is taken."),
    "formula_injection": lambda: tk._("The text begins like a formula: a spreadsheet could run it."),
    "error_value": lambda: tk._("The cell holds an error of the spreadsheet."),
    "category_unknown": lambda: tk._("There is no such category."),
    "category_case": lambda: tk._("Case of the category is put right."),
    "category_missing": lambda: tk._("The category is missing."),
    "way_unknown": lambda: tk._("There is no such way of publication."),
    "several_ways": lambda: tk._("Several ways of publication in one cell: give one."),
    "way_case": lambda: tk._("Case of the way of publication is put right."),
    "way_missing": lambda: tk._("The way of publication is missing."),
    "schedule_unknown": lambda: tk._("The schedule is not understood: write for example «after 20 days»."),
    "date_unknown": lambda: tk._("This is not a day: write for example 31.01.2026."),
    "merged_cells": lambda: tk._("The cells {span} are merged: give each cell its own text."),
    "merged_cells:cleaned": lambda: tk._("The cells {span} are merged: the text holds for all of their rows."),
    "row_incomplete": lambda: tk._("The row holds nothing but a number."),
    "repeated_heading": lambda: tk._("The headings stand here again and are skipped."),
    "hidden_row": lambda: tk._("The row is hidden. Please look whether it is part of the list."),
    "struck_through_row": lambda: tk._("The row is struck through. Please look whether it is part of the list."),
    "personal_data": lambda: tk._("This looks like an individual identification number."),
    "too_many_faults": lambda: tk._("More than {most} things are to be told: the rows from here on were not read."),
    "total_row": lambda: tk._("A total is skipped."),
    "footnote_row": lambda: tk._("A footnote is skipped."),
    "agency_case": lambda: tk._("Case of the agency's name is put right."),
    "sheet_without_list": lambda: tk._("This sheet has no headings of a list and is not imported."),
    "second_sheet": lambda: tk._("Another sheet with headings is not imported."),
    "hidden_sheet": lambda: tk._("A hidden sheet is not imported."),
    "separator_semicolon": lambda: tk._("Fields are separated by semicolons."),
    "separator_tab": lambda: tk._("Fields are separated by tabs."),
    "separator_bar": lambda: tk._("Fields are separated by bars."),
}


def finding_sentence(finding: Finding) -> str:
    """The sentence for what was found at a place of the file."""
    verdict = _FINDINGS.get(f"{finding.code}:{finding.verdict}")
    known = verdict or _FINDINGS.get(finding.code) or _of_language(finding.code)
    return known().format(**{"expected": finding.expected, **finding.params})


def _of_language(code: str) -> Callable[[], str]:
    """Codes that name a language, and codes that name an encoding."""
    if code.startswith("encoding_"):
        return lambda: tk._("The file was not in UTF-8 and is converted.")
    language = languages.name_of(code.split("_")[1] if code.startswith("title_") else code.rsplit("_", 1)[-1])
    if code.startswith("agency_name_"):
        return lambda: tk._("The name in another language is replaced: it was {language}.").replace(
            "{language}", language
        )
    if code.endswith("_missing"):
        return lambda: tk._("The title is missing: {language}.").replace("{language}", language)
    return lambda: tk._("The title is not in the language of its column: {language}.").replace("{language}", language)


_PROBLEMS: Mapping[str, Callable[[], str]] = {
    "undecided": lambda: tk._("Row {row}: say whether it is an item that exists or a new one."),
    "unknown_code": lambda: tk._("Row {row}: there is no item {code}."),
    "code_taken_twice": lambda: tk._("Row {row}: the item {code} is taken by another row too."),
    "unknown_row": lambda: tk._("There is no row {row} to decide on."),
    "malformed_decision": lambda: tk._("Row {row}: give either same_as, split_of or new."),
    "already_matched": lambda: tk._("Row {row} is the item {code} already."),
    "split_of_surviving": lambda: tk._(
        "Row {row}: the item {code} goes on in another row, so nothing is split off it."
    ),
    "split_in_one": lambda: tk._("Row {row}: a split of {code} needs at least two parts."),
}


def problem_sentence(problem: Problem, row: int) -> str:
    """Why a decision cannot be taken as it is."""
    values: dict[str, Any] = {"code": "", **problem.params, "row": row}
    return _PROBLEMS[problem.code]().format(**values)


_REASONS: Mapping[str, Callable[[], str]] = {
    "renamed": lambda: tk._("The same agency, another title"),
    "moved": lambda: tk._("The same title, another agency"),
    "moved_and_renamed": lambda: tk._("Another title and another agency"),
    "split": lambda: tk._("A part of an item that is split"),
}


def reason_sentence(reason: Reason) -> str:
    """Why something is suggested."""
    return _REASONS[reason.code]()
