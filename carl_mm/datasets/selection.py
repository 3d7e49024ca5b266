"""Which videos of an annotation file a dataset takes."""

from collections.abc import Sequence
from typing import Any

from carl_mm.datasets.annotations import SPLITS
from carl_mm.quoting import quote


def select_videos(
    entries: Sequence[dict[str, Any]],
    splits: Sequence[str] | None,
    action: str | None,
    video_share: float,
    source: str,
) -> list[dict[str, Any]]:
    """Select videos by their split and action, or a share of each split.

    Args:
        entries: Entries of an annotation file.
        splits: Splits to take; None takes all.
        action: Action whose videos are taken; None takes all.
        video_share: Share of each split's N videos to take, in (0, 1]: the first
            max(1, int(share x N)).
        source: Name of the annotation file, for the message.

    Raises:
        ValueError: No video has the action, or none is left.
    """
    actions = sorted({entry['action'] for entry in entries if 'action' in entry})
    if action is not None and action not in actions:
        raise ValueError(
            f'{source}: has no video of action {quote(action)}; its actions: {actions}'
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
        of_action = '' if action is None else f' and action {quote(action)}'
        raise ValueError(f'{source}: has no video of split {splits}{of_action}')
    return chosen


def videos_to_show(
    entries: Sequence[dict[str, Any]], count: int, action: str | None = None
) -> list[dict[str, Any]]:
    """Choose a few videos of one action, by name alone: of the first that has two.

    Args:
        entries: Dicts with ``filename`` and, optionally, ``action``.
        count: Largest number of videos.
        action: Action to take instead; there may be no video of it.
    """
    actions: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        actions.setdefault(entry.get('action') or '', []).append(entry)
    several = [name for name, found in actions.items() if len(found) > 1]
    chosen = actions.get(min(several, default='') if action is None else action, [])
    return sorted(chosen, key=lambda entry: entry['filename'])[:count]
