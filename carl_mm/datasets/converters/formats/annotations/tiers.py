"""The tiers, subjects or tracks of a file, and which of them are meant."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from carl_mm.datasets.converters.formats.annotations.foreign import Foreign, ForeignRow
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.problems import overlaps
from carl_mm.quoting import quote

MAX_NAMES_SHOWN = 3


def chosen_rows(
    found: Foreign, tiers: Sequence[str], source: Source
) -> list[ForeignRow]:
    """Return the rows of the tiers that are wanted; count the others.

    Args:
        found: What the file holds.
        tiers: Names of tiers, or of labels; none of them means all.
        source: The file.

    Raises:
        ValueError: There is no such tier; names some that there are.
    """
    there = {row.track for row in found.rows} | {row.phase for row in found.rows}
    unknown = [tier for tier in tiers if tier not in there]
    if unknown:
        raise source.error(
            f'has no tier {", ".join(map(quote, unknown))} with labels; it has '
            f'{some_names(row.track for row in found.rows) or "none"}'
        )
    rows = [r for r in found.rows if not tiers or r.track in tiers or r.phase in tiers]
    found.left_out['spans of other tiers'] += len(found.rows) - len(rows)
    return rows


def check_tiers(rows: list[ForeignRow], source: Source) -> None:
    """Refuse tiers that overlap one another: one of them must be chosen.

    Raises:
        ValueError: Two overlap; names them.
    """
    spans: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for row in rows:
        first, last = row.frames or (0, 0)
        if row.times is not None:
            # In nanoseconds: a span ends before what starts at its end.
            first, last = (round(1e9 * time) for time in row.times)
            last -= 1
        spans[row.video].append((first, last, row.track))
    for video, of_video in spans.items():
        for name, other in overlaps(of_video):
            if name != other:
                raise source.error(
                    f'tiers {quote(other)} and {quote(name)} overlap in {video}; '
                    'choose one by --tier of `carl-mm convert-labels`: it has '
                    f'{some_names(row.track for row in rows)}'
                )


def some_names(names: Iterable[str]) -> str:
    """Return the first three of some names, quoted, each once."""
    unique = list(dict.fromkeys(names))
    shown = ', '.join(map(quote, unique[:MAX_NAMES_SHOWN]))
    return f'{shown}, ...' if len(unique) > MAX_NAMES_SHOWN else shown
