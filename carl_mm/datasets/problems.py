"""Checks that annotation files and CSV files share."""

from collections.abc import Iterator
from typing import Any

MAX_PROBLEMS_SHOWN = 20
MAX_PROBLEM_LENGTH = 500  # a name in a file may have any length


def refuse(source: str, problems: list[str]) -> None:
    """Raise one ValueError that lists the problems, if there are any.

    Args:
        source: What has the problems, a file say; the message starts with it.
        problems: Clauses that say what is wrong; the message lists the first 20, each
            shortened to 500 characters.

    Raises:
        ValueError: There is a problem.
    """
    if len(problems) == 1:
        raise ValueError(f'{source}: {_clip(problems[0])}')
    if problems:
        shown = [_clip(problem) for problem in problems[:MAX_PROBLEMS_SHOWN]]
        if len(problems) > len(shown):
            shown.append(f'and {len(problems) - len(shown)} more')
        raise ValueError(
            f'{source}: {len(problems)} problems:\n  ' + '\n  '.join(shown)
        )


def _clip(problem: str) -> str:
    # Lines and spaces stay: a clause may be a list.
    is_long = len(problem) > MAX_PROBLEM_LENGTH
    return f'{problem[:MAX_PROBLEM_LENGTH]}...' if is_long else problem


def span_problem(first: int, last: int, num_frames: int | None) -> str | None:
    """Say what is wrong with a row's ends, if anything is.

    Args:
        first: First frame of the row.
        last: Last frame of the row, counted in.
        num_frames: Number of frames of the video; None if it is not known.
    """
    if first < 0:
        return f'first frame {first} is negative'
    if first > last:
        return f'first frame {first} is after last frame {last}'
    if num_frames is not None and last >= num_frames:
        return (
            f'last frame {last} is past the end: the video has {num_frames} frames '
            f'(0 to {num_frames - 1})'
        )
    return None


def overlaps(spans: list[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    """Yield the names of spans that overlap, and of the earlier span that they overlap.

    Args:
        spans: Spans ``(first, last, name)`` of one video, both ends counted in.
    """
    reach, holder = -1, ''
    for first, last, name in sorted(spans):
        if first <= reach:
            yield name, holder
        if last > reach:
            reach, holder = last, name


def is_name_list(value: Any) -> bool:
    """Whether a value is a list of at least one name, all of them different."""
    is_names = isinstance(value, list) and all(isinstance(name, str) for name in value)
    return is_names and len(value) > 0 and len(set(value)) == len(value)
