"""What a metric judges at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import numpy as np

from carl_mm.evaluation.evaluated_video import MODEL, WHOLE, EvaluatedVideo, Place


@dataclass
class ActionVideos:
    """The videos of one action under one embedding.

    The lists ``train_...`` run over the labelled train videos, those ``test_...`` over
    the judged videos.

    Attributes:
        action: Name of the action.
        phases: Names of the phases in temporal order; empty without labels.
        train_embeddings: ``(T, D)`` each, of the videos to which probes are fitted.
        train_labels: ``(T,)`` int64 each, -1 where unlabelled.
        test_embeddings: ``(T, D)`` each, of the videos that are judged.
        test_labels: ``(T,)`` int64 each, -1 where unlabelled.
        train_views: Name of each train video's camera.
        test_views: Name of each judged video's camera.
        test_frame_inds: ``(T,)`` int64 each: which frames of the whole video a cut
            holds, 0 to T - 1 for a whole video.
        test_whole_labels: Labels of all frames of the whole video, even for cuts.
        test_fps: Frames per second of each judged video, NaN if unknown.
        cuts: Maps each kind of cut to its draws, each the judged videos, cut. Empty
            for metrics that do not set `FramewiseMetric.judges_cuts`.
        embedding: Name of the embedding: 'model', or a control's.
    """

    action: str
    phases: list[str]
    train_embeddings: list[np.ndarray]
    train_labels: list[np.ndarray]
    test_embeddings: list[np.ndarray]
    test_labels: list[np.ndarray]
    train_views: list[str]
    test_views: list[str]
    test_frame_inds: list[np.ndarray]
    test_whole_labels: list[np.ndarray]
    test_fps: list[float]
    cuts: dict[str, list['ActionVideos']] = field(default_factory=dict)
    embedding: str = MODEL


def group_action(
    action: str,
    phases: Sequence[str],
    videos: Mapping[Place, EvaluatedVideo],
    embeddings: Mapping[Place, np.ndarray],
    name: str = MODEL,
) -> ActionVideos:
    """Group the whole videos of an action, and its cuts by kind and draw.

    Args:
        action: Name of the action; videos of other actions are passed over.
        phases: Names of its phases, in temporal order.
        videos: All videos and cuts, in the order of their places.
        embeddings: ``(T, D)`` of each of them.
        name: Name of the embedding.
    """
    groups: dict[tuple[str, int], list[Place]] = {}
    for place, video in videos.items():
        if video.action == action:
            groups.setdefault((place.kind, place.draw), []).append(place)
    found = {
        key: _group(action, phases, places, videos, embeddings, name)
        for key, places in sorted(groups.items())
    }
    whole = found.pop((WHOLE, 0))
    for (kind, _), cut in found.items():
        whole.cuts.setdefault(kind, []).append(cut)
    return whole


def _group(
    action: str,
    phases: Sequence[str],
    places: Sequence[Place],
    videos: Mapping[Place, EvaluatedVideo],
    embeddings: Mapping[Place, np.ndarray],
    name: str,
) -> ActionVideos:
    test = [p for p in places if videos[p].split != 'train']
    train = [p for p in places if videos[p].split == 'train']
    train = [p for p in train if (videos[p].labels >= 0).any()]
    return ActionVideos(
        action=action,
        phases=list(phases),
        train_embeddings=[embeddings[p] for p in train],
        train_labels=[videos[p].labels for p in train],
        test_embeddings=[embeddings[p] for p in test],
        test_labels=[videos[p].labels for p in test],
        train_views=[videos[p].view for p in train],
        test_views=[videos[p].view for p in test],
        test_frame_inds=[videos[p].frame_inds for p in test],
        test_whole_labels=[videos[p.whole].labels for p in test],
        test_fps=[videos[p].fps for p in test],
        embedding=name,
    )


def view_pairs(views: Sequence[str]) -> list[tuple[str, str]]:
    """Return the ordered pairs of two views, none without views.

    Raises:
        ValueError: The views are not two different names.
    """
    if views and len(set(views)) != 2:
        raise ValueError(f'views must be two different names, got {views}')
    return list(permutations(views, 2))


def mean_of_defined(values: Iterable[float]) -> float:
    """Return the mean of the defined values, NaN if there is none."""
    defined = [value for value in values if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float('nan')


def judge_with_cuts(
    judge: Callable[[ActionVideos], dict[str, float]], videos: ActionVideos
) -> dict[str, float]:
    """Judge whole videos, and average over the draws of each kind of their cuts.

    Args:
        judge: Judges the videos of one action, or one draw of cuts of them.
        videos: The whole videos, with their cuts.

    Returns:
        The values of the whole videos, and for each kind of cut ``VALUE_KIND``, the
        mean of the defined values of its draws.
    """
    values = judge(videos)
    keys = list(values)
    for kind, draws in videos.cuts.items():
        rows = [judge(cut) for cut in draws]
        for key in keys:
            values[f'{key}_{kind}'] = mean_of_defined(row[key] for row in rows)
    return values


def what_is_missing(
    videos: Sequence[EvaluatedVideo], needs_labels: Collection[str]
) -> str:
    """Say in words what videos lack where every figure would be undefined.

    Args:
        videos: Whole videos of all actions.
        needs_labels: Of which of 'train' and 'test' a video must have labels.

    Returns:
        '' if nothing is missing.
    """
    train = [video for video in videos if video.split == 'train']
    test = [video for video in videos if video.split != 'train']
    if not test:
        return 'there is no test video'
    labelled = {
        name: any((video.labels >= 0).any() for video in part)
        for name, part in (('train', train), ('test', test))
    }
    for name in needs_labels:
        if not labelled[name]:
            return f'no {name} video has labels'
    if not any(labelled.values()):
        actions = [video.action for video in test]
        if len(set(actions)) == len(actions):
            return 'there are no two test videos of an action'
    return ''
