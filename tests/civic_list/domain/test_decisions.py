from __future__ import annotations

import pytest

from ckanext.civic_list.domain.decisions import Existing, New, SplitOf, decide
from ckanext.civic_list.domain.items import Item, Owner
from ckanext.civic_list.domain.matching import Matching, Problem, Reason, Suggestion, match


def suggestion(row: int, code: str, score: float, kind: str = "same_as") -> Suggestion:
    return Suggestion(row, kind, code, score, Reason("renamed"))  # type: ignore[arg-type]


def matching(**fields) -> Matching:
    """Row 0 is A; 1 is likely B; 2 and 3 are likely parts of C; 4 has a weak suggestion; 5 has none."""
    suggestions = {
        1: (suggestion(1, "B", 0.8), suggestion(1, "D", 0.6)),
        2: (suggestion(2, "C", 0.7, "split_of"),),
        3: (suggestion(3, "C", 0.7, "split_of"),),
        4: (suggestion(4, "D", 0.4),),
    }
    said = {"matched": {0: "A"}, "suggestions": suggestions, "unmatched": (1, 2, 3, 4, 5)}
    return Matching(**{**said, "known": frozenset("ABCD"), "threshold": 0.5, **fields})


ALL = {1: {"same_as": "B"}, 2: {"split_of": "C"}, 3: {"split_of": "C"}, 4: {"new": True}}


def problems(decisions, **options) -> list[tuple[str, int | None]]:
    found = decide(matching(), decisions, **options).problems
    return [(problem.code, problem.row) for problem in found]


def test_all_decided():
    resolved = decide(matching(), ALL)
    assert resolved.problems == ()
    assert resolved.identity == {
        0: Existing("A"),
        1: Existing("B"),
        2: SplitOf("C"),
        3: SplitOf("C"),
        4: New(),
        5: New(),
    }


def test_rows_with_suggestions_must_be_decided():
    assert problems({}) == [("undecided", row) for row in (1, 2, 3, 4)]
    assert 1 not in decide(matching(), {}).identity


def test_accepting_takes_what_reaches_the_threshold():
    resolved = decide(matching(), {}, accept_suggestions=True)
    assert resolved == decide(matching(), ALL)


def test_a_decision_goes_before_an_accepted_suggestion():
    resolved = decide(matching(), {1: {"new": True}}, accept_suggestions=True)
    assert resolved.identity[1] == New()
    assert resolved.problems == ()


def test_a_suggestion_whose_item_was_given_away_falls_back_on_the_next():
    resolved = decide(matching(), {5: {"same_as": "B"}}, accept_suggestions=True)
    assert resolved.identity[1] == Existing("D")
    assert resolved.identity[5] == Existing("B")
    assert resolved.problems == ()


def test_of_two_rows_that_want_one_item_the_surer_gets_it():
    wanted = {1: (suggestion(1, "B", 0.6),), 2: (suggestion(2, "B", 0.9),)}
    resolved = decide(matching(suggestions=wanted), {}, accept_suggestions=True)
    assert (resolved.identity[1], resolved.identity[2]) == (New(), Existing("B"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({1: {"same_as": "Z"}}, [("unknown_code", 1)]),
        ({2: {"split_of": "Z"}, 3: {"split_of": "Z"}}, [("unknown_code", 2), ("unknown_code", 3)]),
        ({9: {"new": True}}, [("unknown_row", 9)]),
        ({4: {}}, [("malformed_decision", 4)]),
        ({4: {"new": False}}, [("malformed_decision", 4)]),
        ({4: {"same_as": ""}}, [("malformed_decision", 4)]),
        ({4: {"same_as": ["D"]}}, [("malformed_decision", 4)]),
        ({4: {"same_as": "D", "new": True}}, [("malformed_decision", 4)]),
        ({0: {"same_as": "A"}}, []),
        ({0: {"same_as": "D"}}, [("already_matched", 0)]),
        ({0: {"new": True}}, [("already_matched", 0)]),
        ({4: {"same_as": "A"}}, [("code_taken_twice", 0), ("code_taken_twice", 4)]),
        ({4: {"same_as": "B"}}, [("code_taken_twice", 1), ("code_taken_twice", 4)]),
        (
            {4: {"split_of": "A"}, 5: {"split_of": "A"}},
            [("split_of_surviving", 4), ("split_of_surviving", 5)],
        ),
        ({2: {"same_as": "C"}}, [("split_of_surviving", 3)]),
        ({2: {"new": True}}, [("split_in_one", 3)]),
    ],
)
def test_what_is_not_possible_is_said(change, expected):
    assert problems(ALL | change) == expected


def test_problems_name_the_code_and_the_rows():
    found = decide(matching(), ALL | {4: {"same_as": "B"}}).problems
    assert found[0] == Problem("code_taken_twice", 1, {"code": "B", "rows": (1, 4)})


def test_problems_of_the_rows_themselves_are_kept():
    own = Problem("unknown_code", 5, {"code": "X"})
    assert decide(matching(problems=(own,)), ALL).problems == (own,)


def test_the_two_editions_are_settled_by_accepting(edition_2025, edition_2026, expected):
    rows = [Item(**{**vars(row), "code": None}) for row in edition_2026]
    resolved = decide(match(rows, edition_2025), {}, accept_suggestions=True)
    assert resolved.problems == ()
    new = {row["code"] for row in expected["added"]}
    parts = {part["code"]: row["from"]["code"] for row in expected["split"] for part in row["into"]}
    for row, item in enumerate(edition_2026):
        if item.code in new:
            assert resolved.identity[row] == New()
        elif item.code in parts:
            assert resolved.identity[row] == SplitOf(parts[item.code])
        else:
            assert resolved.identity[row] == Existing(item.code)


def test_decisions_settle_what_a_real_match_leaves_open():
    owner = Owner("agency", "mz")
    known = [Item(1, {"ru": "Аптеки города"}, owner, "health", "MONTHLY", code="A")]
    rows = [Item(1, {"ru": "Аптеки и аптечные пункты города"}, owner, "health", "MONTHLY")]
    found = match(rows, known)
    assert [problem.code for problem in decide(found, {}).problems] == ["undecided"]
    assert decide(found, {0: {"same_as": "A"}}).identity == {0: Existing("A")}
