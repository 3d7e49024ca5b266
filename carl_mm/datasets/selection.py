"""Which videos of an annotation file a dataset takes."""

from collections.abc import Sequence
from typing import Any

from carl_mm.datasets.annotations import SPLITS


def choose_videos(
    entries: Sequence[dict[str, Any]],
    splits: Sequence[str] | None,
    action: str | None,
    video_share: float,
    source: str,
) -> list[dict[str, Any]]:
    """Take the videos of some splits, of one action, or only the first of each split.

    Args:
        entries: The ``data_list``.
        splits: None takes all.
        action: None takes all.
        video_share: Takes the first max(1, int(share x N)) of a split's videos.
        source: The annotation file's name, for the message.

    Raises:
        ValueError: An unknown action, or nothing is left.
    """
    actions = sorted({entry['action'] for entry in entries if 'action' in entry})
    if action is not None and action not in actions:
        raise ValueError(
            f'{source}: no video of action {action!r}; its actions: {actions}'
        )
    chosen = []
    for split in splits or SPLITS:
        of_split = [
            entry
            for entry in entries
            if entry['split'] == split and action in (None, entry.get('action'))
        ]
        chosen += of_split[: max(1, int(video_share * len(of_split)))]
    if not chosen:
        of_action = '' if action is None else f' and action {action!r}'
        raise ValueError(f'{source}: no video of split {splits}{of_action}')
    return chosen
