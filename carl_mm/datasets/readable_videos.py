"""Every video opened before training starts, so that bad files show at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mmengine.logging import print_log

from carl_mm.datasets.annotations import check_rows_fit
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video


def keep_readable_videos(
    entries: Sequence[dict[str, Any]],
    path_of: Callable[[dict[str, Any]], str],
    max_unreadable_share: float,
    source: str,
) -> list[dict[str, Any]]:
    """Open videos, and leave out those that cannot be read, with one warning.

    Args:
        entries: Entries of an annotation file.
        path_of: Returns the path of an entry's video.
        max_unreadable_share: Largest share of videos that may be unreadable, in [0, 1].
        source: Name of the annotation file, for messages.

    Returns:
        The entries whose videos can be read.

    Raises:
        ValueError: Too many videos are unreadable, or a whole one is shorter than its
            labels. One that lost its end counts as unreadable then; with labels that
            fit, or none, its whole frames are used.
    """

    def check(entry: dict[str, Any]) -> str | None:
        try:
            video = open_video(path_of(entry))
        except VideoDecodeError as error:
            return str(error)
        try:
            check_rows_fit(entry, video.num_frames, source)
        except ValueError:
            if not video.is_cut:
                raise
            return f'{video.filename}: is cut at its end, before its last labels'
        return None

    with ThreadPoolExecutor(4) as pool:
        problems = list(pool.map(check, entries))
    bad = [problem for problem in problems if problem]
    kept = [e for e, problem in zip(entries, problems, strict=True) if not problem]
    if bad:
        message = (
            f'{source}: {len(bad)} of {len(entries)} videos are unreadable and left '
            'out:\n  ' + '\n  '.join(bad)
        )
        if not kept or len(bad) > max_unreadable_share * len(entries):
            raise ValueError(
                f'{message}\nThese are more than max_unreadable_share='
                f'{max_unreadable_share} allows: repair the files or the paths'
            )
        print_log(message, logger='current', level=30)
    return kept
