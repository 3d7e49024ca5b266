"""From labels of one form to another: ours, and those of annotators' programs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from carl_mm.datasets.converters.formats.annotations.foreign import LabelledVideo
from carl_mm.datasets.converters.formats.annotations.forms import (
    FORMS,
    Form,
    form_of_name,
)
from carl_mm.datasets.converters.formats.annotations.labelled_videos import (
    VideoFolder,
    without_videos,
)
from carl_mm.datasets.converters.formats.annotations.reading import NoVideoHereError
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.annotations.written_files import write_files
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.datasets.converters.formats.tables.frame_count import (
    FROM_ZERO,
    FrameCount,
)
from carl_mm.datasets.converters.formats.tables.label_rows import LabelTable
from carl_mm.datasets.video_io.find_videos import list_files


@dataclass
class ConvertedLabels:
    """What a conversion did.

    Args:
        files: Files that were written.
        num_videos: Number of labelled videos in them.
        num_segments: Number of their segments.
        remarks: What was left out, or may not be as intended, a line each.
    """

    files: list[Path] = field(default_factory=list)
    num_videos: int = 0
    num_segments: int = 0
    remarks: list[str] = field(default_factory=list)


def convert_labels(
    source: str | Path,
    target: str | Path,
    video_dir: str | Path | None = None,
    form: str | None = None,
    tiers: Sequence[str] = (),
    count: FrameCount = FROM_ZERO,
) -> ConvertedLabels:
    """Convert labels from one form to another.

    With the videos, segments keep their frames: times are those of the videos' own
    time stamps, from that of the first frame to that of the frame after the last one,
    rounded so that they mean these frames.

    Args:
        source: File of labels, whose form is found by its content, or a folder of such
            files.
        target: File to write. Where a form holds one video a file, and there are
            several, it is the folder for these, named as their videos are.
        video_dir: Folder of the videos. Without it, labels are written as they are
            told, which some forms cannot take.
        form: Name of the target's form, one of `FORMS`; by default as its ending says.
        tiers: Names of tiers, subjects or labels that are read; see `table_of`.
        count: How a table counts frames.

    Returns:
        What was written, and what was left out.

    Raises:
        FileNotFoundError: There is no such file or folder.
        ValueError: Labels are bad, or do not fit their videos; or the target's form is
            not known, lacks something, or would be written over the source.
        OSError: A file cannot be written; names it.
    """
    source, target = Path(source), Path(target)
    if form is not None and form not in FORMS:
        raise ValueError(f'form must be one of {", ".join(FORMS)}, got {form!r}')
    chosen = FORMS[form or form_of_name(target.name)]
    folder = None if video_dir is None else VideoFolder(Path(video_dir))
    done = ConvertedLabels()
    videos = dict[str, LabelledVideo]()
    for table in _read(source, folder, tiers, count, done.remarks):
        found, remarks = (
            without_videos(table, chosen)
            if folder is None
            else folder.fit(table, chosen)
        )
        done.remarks += remarks
        for video in found:
            if video.filename in videos:
                raise ValueError(
                    f'{table.path}: labels {video.filename}, which another file of '
                    f'{source} does, too; keep one of them'
                )
            videos[video.filename] = video
    labelled = [videos[name] for name in sorted(videos)]
    done.remarks += _lost(labelled, chosen, target)
    done.files = write_files(labelled, chosen, source, target)
    done.num_videos = len(labelled)
    done.num_segments = sum(len(video.segments) for video in labelled)
    return done


def _read(
    source: Path,
    folder: VideoFolder | None,
    tiers: Sequence[str],
    count: FrameCount,
    remarks: list[str],
) -> list[LabelTable]:
    """Read a file, or all files of a folder that are named like labels."""
    names = None if folder is None else folder.filenames
    if not source.is_dir():
        return [read_labels(source, names, None, None, count, tiers)]
    files = list_files(source, tuple({f.suffix.lower() for f in FORMS.values()}))
    tables, elsewhere = list[LabelTable](), list[NoVideoHereError]()
    for path in files:
        # Forms that name no video are of the one that is called like their file.
        video = path.relative_to(source).with_suffix('').as_posix()
        try:
            file = Source(path, video)
            tables.append(read_labels(file, names, None, None, count, tiers))
        except NoVideoHereError as error:
            elsewhere.append(error)
    if elsewhere and not tables:
        raise elsewhere[0]
    if not tables:
        raise ValueError(f'{source}: contains no file of labels')
    remarks += map(str, elsewhere)
    return tables


def _lost(videos: list[LabelledVideo], form: Form, target: Path) -> list[str]:
    """Say what the form has no place for."""
    lost = Counter[str]()
    for video in videos:
        lost['actions'] += video.action is not None
        lost['confidences'] += sum(s.confidence is not None for s in video.segments)
    told = [
        f'{number} {what}'
        for what, number in lost.items()
        if number and what not in form.keeps
    ]
    if not told:
        return []
    return [f'{target}: left out, as {form.shown} has no place: {", ".join(told)}']
