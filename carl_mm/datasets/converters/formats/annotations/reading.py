"""From labels of another program to a table as all tools take it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from carl_mm.datasets.converters.formats.annotations.foreign import (
    Foreign,
    ForeignRow,
    one_line,
)
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.annotations.tiers import (
    check_tiers,
    chosen_rows,
    some_names,
)
from carl_mm.datasets.converters.formats.annotations.video_names import (
    MeantVideos,
    short_names,
)
from carl_mm.datasets.converters.formats.tables.frame_count import AS_THE_FORM_SAYS
from carl_mm.datasets.converters.formats.tables.label_rows import (
    LabelTable,
    ListedLabel,
    phase_remarks,
    row_span_problems,
)
from carl_mm.datasets.problems import refuse
from carl_mm.quoting import quote


class NoVideoHereError(ValueError):
    """None of the videos that a file labels is here; names the file and some."""


def table_of(
    source: Source,
    read: Callable[[Source], Foreign],
    filenames: Sequence[str] | None,
    phases: Sequence[str] | None,
    action: str | None,
    tiers: Sequence[str] = (),
) -> LabelTable:
    """Read a file of another program.

    Args:
        source: The file.
        read: Reader of its form.
        filenames: Names of the videos that there are; None admits any.
        phases: Names that phases must be of; None admits any.
        action: Action of every video, if the file tells none.
        tiers: Names of tiers, subjects, or labels that are read; by default all, if
            none overlaps another.

    Raises:
        NoVideoHereError: None of its videos is there.
        ValueError: The file is bad; the message lists all its problems.
    """
    found = read(source)
    refuse(str(source.path), found.problems)
    rows = [_checked(row, found) for row in chosen_rows(found, tiers, source)]
    kept = [row for row in rows if row is not None]
    remarks = _left_out(found.left_out)
    if not kept:
        said = f' ({"; ".join(remarks)})' if remarks else ''
        raise source.error(f'has no labelled span{said}')
    meant = _meant_videos(found, filenames, source, remarks)
    here = [row for row in kept if row.video in meant]
    if not here:
        raise NoVideoHereError(
            f'{source.path}: none of its labelled videos is here, such as '
            f'{quote(kept[0].video)}; here are {some_names(filenames or ())}'
        )
    if not tiers:
        check_tiers(here, source)
    actions = {meant[v]: name for v, name in found.actions.items() if v in meant}
    if actions and action is not None:
        raise source.error(f'tells actions; leave out action={action!r}')
    rest = action or 'action'
    listed = [_listed(row, meant[row.video], actions, rest, found.part) for row in here]
    listed = [_of_phases(row, phases, found) for row in listed]
    spans = [row.row(*row.frames) for row in listed if row.frames]
    problems = found.problems + row_span_problems(spans, {}, AS_THE_FORM_SAYS)
    refuse(str(source.path), problems)
    remarks += phase_remarks(row.phase for row in listed)
    claims = {meant[v]: claim for v, claim in found.claims.items() if v in meant}
    named = [f'{source.path}: {remark}' for remark in remarks]
    path = str(source.path)
    shared = None if actions else rest
    return LabelTable(path, listed, shared, AS_THE_FORM_SAYS, named, claims)


def _listed(
    row: ForeignRow, video: str, actions: dict[str, str], rest: str, part: str
) -> ListedLabel:
    names = (video, row.phase, actions.get(video, rest))
    spans = (row.frames, row.times)
    return ListedLabel(row.number, *names, *spans, row.confidence, part)


def _checked(row: ForeignRow, found: Foreign) -> ForeignRow | None:
    """Return a row that lasts; count it, if it does not."""
    if not row.phase:
        found.left_out['spans without a label'] += 1
        return None
    if row.times is not None and row.times[0] >= row.times[1]:
        found.left_out['spans that end where they start or before'] += 1
        return None
    if row.times is not None and row.times[0] < 0:
        found.left_out[
            f'{"starts of " * (row.times[1] > 0)}spans before the video'
        ] += 1
        return replace(row, times=(0.0, row.times[1])) if row.times[1] > 0 else None
    return row


def _left_out(counts: Counter[str]) -> list[str]:
    told = [f'{number} {what}' for what, number in sorted(counts.items()) if number]
    return [f'left out: {", ".join(told)}'] if told else []


def _meant_videos(
    found: Foreign,
    filenames: Sequence[str] | None,
    source: Source,
    remarks: list[str],
) -> dict[str, str]:
    """Map names in the file to videos; say which are not there."""
    names = list(found.videos | dict.fromkeys(row.video for row in found.rows))
    if filenames is None:
        return short_names(names)
    known, meant = MeantVideos(filenames), dict[str, str]()
    takers: dict[str, dict[str, int]] = defaultdict(dict)
    for name in names:
        try:
            match = known.find(name)
        except ValueError as error:
            raise source.error(f'{error}; rename one of them') from error
        if match is not None:
            takers[match[0]][name] = match[1]
    for video, depths in takers.items():
        # Of sub/a.mp4 and a.mp4, the longer one means sub/a.mp4; the other is not here.
        best = [name for name in depths if depths[name] == max(depths.values())]
        if len(best) > 1:
            raise source.error(
                f'{some_names(best)} all mean {quote(video)}; rename them'
            )
        meant[best[0]] = video
    missing = [name for name in names if name not in meant]
    if missing:
        what = f'{len(missing)} of its {len(names)} videos are not here'
        remarks.append(f'{what}: {some_names(missing)}')
    return meant


def _of_phases(
    row: ListedLabel, phases: Sequence[str] | None, found: Foreign
) -> ListedLabel:
    if phases is None:
        return row
    for phase in phases:
        if row.phase == one_line(phase):
            return replace(row, phase=phase)
    problem = f'unknown phase {quote(row.phase)}; known: {", ".join(phases)}'
    found.problems.append(f'{row.where}: {row.filename}: {problem}')
    return row
