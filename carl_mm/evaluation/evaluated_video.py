"""The videos that are judged, and the cuts of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import torch

MODEL = 'model'  # names the trained embedding, beside the names of the controls
BACKBONE, CENTRED = 'backbone', 'centred'  # the latter comes of the former
WHOLE = 'whole'  # kind of a video that is not cut, beside `EvaluationCuts`' kinds


class Place(NamedTuple):
    """Where a video, or a cut of it, belongs.

    Attributes:
        sample_idx: Position of the video in the data set.
        kind: `WHOLE`, or the kind of the cut ('windowed', 'warped').
        draw: Number of the cut among those of its kind.
    """

    sample_idx: int
    kind: str = WHOLE
    draw: int = 0

    @property
    def whole(self) -> 'Place':
        """The place of the whole video."""
        return Place(self.sample_idx)


@dataclass
class EvaluatedVideo:
    """The embeddings and labels of one video, or of a cut of it.

    Attributes:
        filename: Path of the video, used in messages.
        action: Group that the video is judged in; '' for videos without an action.
        split: 'train' (the probes are fitted to it) or another (it is judged).
        view: Name of the camera, '' if there is none.
        labels: ``(T,)`` int64, -1 where unlabelled.
        frame_inds: ``(T,)`` int64, which frames of the video these are.
        fps: Frames per second, NaN if unknown.
        embeddings: Maps `MODEL` and the name of each control to ``(T, D)`` float32.
    """

    filename: str
    action: str
    split: str
    view: str
    labels: np.ndarray
    frame_inds: np.ndarray
    fps: float
    embeddings: dict[str, np.ndarray] = field(repr=False)

    @classmethod
    def from_sample(cls, sample: Mapping[str, Any]) -> 'EvaluatedVideo':
        """Take a whole video from the dict of a data sample.

        Raises:
            ValueError: There is no embedding, or not one label for each.
        """
        name = sample.get('filename') or sample.get('frame_dir')
        if 'pred_embedding' not in sample:
            raise ValueError(
                f'{name}: the model predicts no pred_embedding (T, D), only '
                f'{", ".join(map(str, sample)) or "nothing"}'
            )
        length, labels = len(sample['pred_embedding']), sample.get('gt_label')
        labels = np.full(length, -1) if labels is None else as_array(labels, np.int64)
        if len(labels) == 1:  # mmaction2's, the class of the whole video
            labels = labels if length == 1 else np.full(length, -1)
        if len(labels) != length:
            raise ValueError(
                f'{name}: {length} embeddings, {len(labels)} labels; gt_label must '
                'have a label for each frame, or be left out'
            )
        return cls(
            filename=str(name),
            action=sample.get('action') or '',
            split=sample.get('split') or 'test',
            view=sample.get('view') or '',
            labels=labels,
            frame_inds=np.arange(length),
            fps=float(sample.get('fps') or 'nan'),
            embeddings=predicted_embeddings(sample),
        )

    def cuts(
        self, sample: Mapping[str, Any]
    ) -> Iterator[tuple[str, int, 'EvaluatedVideo']]:
        """Yield the kind, number and content of each cut in the video's data sample."""
        for kind, draws in sample.get('pred_cuts', {}).items():
            pairs = zip(sample['cuts'][kind], draws, strict=True)
            for draw, (inds, prediction) in enumerate(pairs):
                cut = replace(
                    self,
                    labels=self.labels[np.asarray(inds)],
                    frame_inds=np.asarray(inds),
                    embeddings=predicted_embeddings(prediction),
                )
                yield kind, draw, cut


def predicted_embeddings(prediction: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Collect the embeddings that a recognizer predicts for a video or a cut.

    Args:
        prediction: Maps 'pred_embedding' to a tensor or an array ``(T, D)``, and
            optionally 'controls' to a dict of such.

    Returns:
        Maps `MODEL` and the name of each control to ``(T, D)`` float32.
    """
    found = {MODEL: prediction['pred_embedding'], **prediction.get('controls', {})}
    return {name: as_array(value, np.float32) for name, value in found.items()}


def as_array(values: Any, dtype: type[np.generic]) -> np.ndarray:
    """Return a tensor of any device and dtype, or an array, as an array of a dtype."""
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu()
        values = (values.float() if values.is_floating_point() else values).numpy()
    return np.asarray(values, dtype)


def judged_names(videos: Iterable[EvaluatedVideo]) -> list[str]:
    """List the embeddings to judge: those held, and with the backbone's the centred.

    The centred backbone is made when it is judged, so that it is neither stored nor
    moved between processes.
    """
    names = list(dict.fromkeys(name for video in videos for name in video.embeddings))
    return [*names, CENTRED] if BACKBONE in names else names


def placed_videos(
    sample: Mapping[str, Any], index: int, with_cuts: bool
) -> Iterator[tuple[Place, EvaluatedVideo]]:
    """Yield the video of a data sample, and its cuts if wanted, with their places."""
    video = EvaluatedVideo.from_sample(sample)
    yield Place(index), video
    for kind, draw, cut in video.cuts(sample) if with_cuts else ():
        yield Place(index, kind, draw), cut


def phase_names(
    dataset_meta: Mapping[str, Any] | None,
    action: str,
    videos: Iterable[EvaluatedVideo],
) -> list[str]:
    """Return the names of an action's phases, '0', '1', ... where there are none.

    Args:
        dataset_meta: What is known of the data set; its phases map actions to names.
        action: Name of the action.
        videos: Videos of all actions; their labels count phases without names.
    """
    names = (dataset_meta or {}).get('phases', {}).get(action)
    if names is not None:
        return list(names)
    labels = [v.labels.max(initial=-1) for v in videos if v.action == action]
    return [str(phase) for phase in range(max(labels, default=-1) + 1)]


def held_embedding(
    videos: Mapping[Place, EvaluatedVideo], place: Place, name: str
) -> np.ndarray:
    """Return an embedding as it is held; for the centred backbone, the backbone's.

    A control that sees each frame alone embeds a cut as it embeds the whole video; it
    need not be held for the cut.

    Args:
        videos: All videos and cuts.
        place: Which of them.
        name: `MODEL`, or a control.

    Returns:
        ``(T, D)`` float32.

    Raises:
        KeyError: The video has no such embedding.
    """
    video, name = videos[place], BACKBONE if name == CENTRED else name
    if name in video.embeddings:
        return video.embeddings[name]
    whole: np.ndarray = videos[place.whole].embeddings[name][video.frame_inds]
    return whole
