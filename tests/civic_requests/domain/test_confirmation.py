"""Whether it is solved, held against counting every way in which the silent ones may still speak."""
from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.civic_requests.domain.confirmation import OPINIONS, Poll, decided, follows, result

opinions = st.sampled_from(OPINIONS)


@st.composite
def polls(draw: st.DrawFn, most: int = 7) -> Poll:
    """Some have spoken, perhaps the author too, who may be nobody that counts."""
    author_votes = draw(st.booleans())
    others = draw(st.lists(opinions, max_size=most))
    silent_others = draw(st.integers(0, 4))
    author = draw(st.none() | opinions) if author_votes else None
    poll = Poll(voters=len(others) + silent_others + author_votes, author_votes=author_votes)
    for one in others:
        poll = poll.with_opinion(one, of_author=False)
    return poll.with_opinion(author, of_author=True) if author else poll


def _endings(poll: Poll) -> set[str | None]:
    """Every result that may still come: each silent one says any of the three things, or nothing."""
    authors = (None, *OPINIONS) if poll.author_votes and poll.author is None else ("spoke",)
    endings = set()
    for author in authors:
        begun = poll.with_opinion(author, of_author=True) if author in OPINIONS else poll
        rest = poll.silent - (authors != ("spoke",))
        for said in combinations_with_replacement((None, *OPINIONS), rest):
            ended = begun
            for one in said:
                ended = ended.with_opinion(one, of_author=False) if one else ended
            endings.add(result(ended))
    return endings


@given(polls())
def test_decided_as_soon_as_nothing_can_change_it_and_not_before(poll):
    endings = _endings(poll)
    expected = endings.pop() if len(endings) == 1 and poll.voters else None
    assert decided(poll) == expected


@given(polls())
def test_the_majority_of_those_who_spoke_wins(poll):
    content = poll.solved + poll.partly
    word = result(poll)
    if content > poll.not_solved:
        assert word in ("solved", "partly")
    elif content < poll.not_solved:
        assert word == "not_solved"
    elif poll.author is None:
        assert word is None
    else:
        assert (word == "not_solved") == (poll.author == "not_solved")


@given(polls())
def test_among_the_content_the_more_frequent_word_counts(poll):
    word = result(poll)
    if word == "solved":
        assert poll.solved > poll.partly or (poll.solved == poll.partly and poll.author == "solved")
    if word == "partly":
        assert poll.partly >= poll.solved


@given(polls(), opinions)
def test_a_decision_stays_whoever_speaks_after_it(poll, opinion):
    before = decided(poll)
    if before is not None and poll.silent:
        of_author = poll.author_votes and poll.author is None
        assert decided(poll.with_opinion(opinion, of_author=of_author)) == before


@given(polls())
def test_when_all_have_spoken_only_a_silent_author_leaves_it_open(poll):
    if poll.voters and not poll.silent:
        assert decided(poll) == result(poll)
        assert decided(poll) is not None or poll.author is None


@pytest.mark.parametrize("opinion", OPINIONS)
def test_the_only_one_who_asked_decides_at_once(opinion):
    assert decided(Poll()) is None
    assert decided(Poll().with_opinion(opinion, of_author=True)) == opinion


def test_the_author_breaks_a_tie():
    poll = Poll(voters=2, not_solved=1)
    assert decided(poll) is None
    assert decided(poll.with_opinion("solved", of_author=True)) == "solved"
    assert decided(Poll(voters=2, solved=1).with_opinion("not_solved", of_author=True)) == "not_solved"


def test_solved_and_partly_stand_together_and_a_tie_of_the_words_is_told_with_care():
    poll = Poll(voters=5, solved=1, partly=1, not_solved=1)
    assert result(poll) == "partly"
    assert result(poll.with_opinion("solved", of_author=True)) == "solved"
    assert result(Poll(voters=4, solved=2, partly=2)) == "partly"


def test_three_of_five_hundred_do_not_decide_before_the_time_is_up():
    poll = Poll(voters=501, solved=3)
    assert (decided(poll), result(poll)) == (None, "solved")
    assert decided(Poll(voters=501, solved=251)) == "solved"
    assert decided(Poll(voters=501, solved=130, partly=121)) is None, "solved or partly is still open"
    assert decided(Poll(voters=501, not_solved=251)) == "not_solved"


def test_where_nobody_counts_nothing_is_decided():
    nobody = Poll(voters=0, author_votes=False)
    assert (decided(nobody), result(nobody)) == (None, None)


@pytest.mark.parametrize(
    ("opinion", "unsolved", "expected"),
    [("solved", 0, ("closed", "solved")), ("solved", 1, ("closed", "solved")), ("partly", 0, ("closed", "partly")),
     ("not_solved", 0, ("in_progress", "")), ("not_solved", 1, ("closed", "disputed")),
     ("not_solved", 2, ("closed", "disputed")), (None, 0, ("closed", "unconfirmed")),
     (None, 1, ("closed", "unconfirmed"))],
)
def test_what_follows(opinion, unsolved, expected):
    assert follows(opinion, unsolved) == expected
