"""Whether an answered request is solved, as those say who asked.

Each of them answers once. Those who say "solved" or "partly" stand against those who say "not solved"; among the
former the more frequent of the two words counts. The author breaks a tie, of the words too; without his word "partly"
is the more careful one. It is decided as soon as nothing that may still be said can change it, or when the time is up.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

from .states import CLOSED, DISPUTED, IN_PROGRESS, PARTLY, SOLVED, UNCONFIRMED

NOT_SOLVED = "not_solved"
OPINIONS = (SOLVED, PARTLY, NOT_SOLVED)


@dataclass(frozen=True, slots=True)
class Poll:
    """What was said since the last answer of the agency.

    :param voters: how many may say something: the author and those who had joined before the answer, without
        members of the answering agency, whose word does not count.
    :param author: what the author said, where he may and did.
    :param author_votes: whether the author is one of the voters.
    """

    voters: int = 1
    solved: int = 0
    partly: int = 0
    not_solved: int = 0
    author: str | None = None
    author_votes: bool = True

    @property
    def silent(self) -> int:
        return self.voters - self.solved - self.partly - self.not_solved

    def with_opinion(self, opinion: str, *, of_author: bool) -> Poll:
        """The poll after one more has spoken."""
        counted = replace(self, **{opinion: getattr(self, opinion) + 1})
        return replace(counted, author=opinion) if of_author else counted


def result(poll: Poll) -> str | None:
    """What the majority of those who spoke says; None where nobody did, or a tie is left to a silent author."""
    content = poll.solved + poll.partly
    if content == poll.not_solved:
        return None if poll.author is None else _word(poll, poll.author)
    return _word(poll, NOT_SOLVED if content < poll.not_solved else SOLVED)


def _word(poll: Poll, side: str) -> str:
    if side == NOT_SOLVED:
        return NOT_SOLVED
    if poll.solved == poll.partly:
        return SOLVED if poll.author == SOLVED else PARTLY
    return SOLVED if poll.solved > poll.partly else PARTLY


def decided(poll: Poll) -> str | None:
    """The result that nothing can change any more; None while the silent ones may."""
    if not poll.voters:
        return None
    possible = {result(poll), *(result(_all_silent_say(poll, opinion)) for opinion in OPINIONS)} if poll.silent else {
        result(poll)
    }
    return possible.pop() if len(possible) == 1 else None


def _all_silent_say(poll: Poll, opinion: str) -> Poll:
    spoken = replace(poll, **{opinion: getattr(poll, opinion) + poll.silent})
    return replace(spoken, author=opinion) if poll.author_votes and poll.author is None else spoken


def follows(opinion: str | None, unsolved: int) -> tuple[str, str]:
    """State and resolution after a result.

    :param opinion: the result; None where it stays unknown.
    :param unsolved: how often it was not solved before.
    """
    if opinion is None:
        return CLOSED, UNCONFIRMED
    if opinion == NOT_SOLVED:
        return (CLOSED, DISPUTED) if unsolved else (IN_PROGRESS, "")
    return CLOSED, opinion
