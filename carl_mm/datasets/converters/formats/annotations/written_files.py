"""Files of labels, and how they are named after their videos."""

import os
from collections import defaultdict
from pathlib import Path, PurePosixPath

from carl_mm.datasets.converters.formats.annotations.foreign import LabelledVideo
from carl_mm.datasets.converters.formats.annotations.forms import Form
from carl_mm.files import atomic_write_text
from carl_mm.quoting import quote


def write_files(
    videos: list[LabelledVideo], form: Form, source: Path, target: Path
) -> list[Path]:
    """Write labelled videos to a file, or to one of each video in a folder.

    Args:
        videos: The videos.
        form: Form of the files.
        source: What they are made from, which is not written over.
        target: File to write, or the folder where the form holds one video a file.

    Returns:
        The files.

    Raises:
        ValueError: The form lacks something, a name leads out of the folder, or the
            source would be written over. Nothing is written then.
        OSError: A file cannot be written; names it.
    """
    files = {target: videos}
    if form.one_video and (len(videos) > 1 or not target.suffix or target.is_dir()):
        if target.is_file() or target.suffix.lower() == form.suffix.lower():
            raise ValueError(
                f'{target}: {form.shown} holds one video a file, but there are '
                f'{len(videos)}; name a folder, and --to'
            )
        for video in videos:
            _check_inside(video.filename, target)
        files = {target / name: [v] for name, v in _file_names(videos, form).items()}
    try:
        texts = {path: form.write(its_videos) for path, its_videos in files.items()}
    except ValueError as error:
        raise ValueError(f'{source}: {error}') from error
    for path in (target, *texts):
        if os.path.realpath(path) == os.path.realpath(source):
            raise ValueError(f'{path}: would be written over; take another name')
    for path, text in texts.items():
        atomic_write_text(path, text)
    return list(texts)


def _check_inside(name: str, target: Path) -> None:
    """Refuse a name by which a file would be written elsewhere.

    It may be that of a project that someone else wrote.
    """
    parts = PurePosixPath(name).parts
    if '..' in parts or PurePosixPath(name).is_absolute() or '\0' in name:
        raise ValueError(
            f'{target}: the name {quote(name)} cannot be that of a file in it; name '
            'the folder of the videos (--videos)'
        )


def _file_names(videos: list[LabelledVideo], form: Form) -> dict[str, LabelledVideo]:
    """Name a file after each video, with its ending where another has none other."""
    stems = defaultdict[str, list[LabelledVideo]](list)
    for video in videos:
        stems[PurePosixPath(video.filename).with_suffix('').as_posix()].append(video)
    return {
        f'{stem if len(same) == 1 else video.filename}{form.suffix}': video
        for stem, same in stems.items()
        for video in same
    }
