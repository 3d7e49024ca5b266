"""The files of temporal localisation, as mmaction2's BMN and G-TAD read them.

An annotation stands under the video's name, ``v_`` and its id: ``{"duration_second":
s, "duration_frame": n, "feature_frame": n, "fps": f, "rfps": f, "annotations":
[{"segment": [start, end], "label": name}]}``, in seconds. The features cover the whole
video, so feature_frame is duration_frame.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.apis.localization.truth import SUBSETS, Truth
from carl_mm.files import atomic_write
from carl_mm.tables import csv_text

FORMS = {'bmn': '.csv', 'gtad': '.npy'}
VIDEO_INFO = ('video', 'numFrame', 'seconds', 'fps', 'rfps', 'subset', 'featureFrame')


@dataclass(frozen=True)
class LocalizedVideo:
    """The annotation of one video.

    Attributes:
        name: ``v_`` and the id of the video.
        subset: 'training', 'validation' or 'testing'.
        entry: Content of the annotation, as this module describes it.
    """

    name: str
    subset: str
    entry: dict[str, Any]


def localized_video(
    video_id: str,
    entry: dict[str, Any],
    num_frames: int,
    fps: float,
    phases: dict[str, list[str]],
    truth: Truth | None,
) -> LocalizedVideo:
    """Annotate one video, by ``truth`` or by its phase rows.

    Args:
        video_id: Id of the video, as `video_ids` gives it.
        entry: Entry of ``data_list``, see `carl_mm.datasets.annotations`.
        num_frames: Number of frames in the video file.
        fps: Frames per second of the video file.
        phases: Maps each action to the names of its phases.
        truth: Ground truth, as `load_truth` gives it, or None.
    """
    if truth is None:
        subset = SUBSETS[entry['split']]
        segments = [
            {
                'segment': [first / fps, (last + 1) / fps],
                'label': phases[entry['action']][label],
            }
            for first, last, label in entry.get('phases', [])
        ]
    else:
        subset = truth[video_id]['subset']
        segments = [
            {'segment': row['segment'], 'label': row['label']}
            for row in truth[video_id]['annotations']
        ]
    described = {
        'duration_second': num_frames / fps,
        'duration_frame': num_frames,
        'annotations': segments,
        'feature_frame': num_frames,
        'fps': fps,
        'rfps': fps,
    }
    return LocalizedVideo(f'v_{video_id}', subset, described)


def annotation_files(videos: Sequence[LocalizedVideo], form: str) -> dict[str, str]:
    """Return the text of each annotation file; videos without a segment are left out.

    BMN's and G-TAD's training, and the recall of mmaction2's `ANetMetric`, fail on a
    video without any.

    Args:
        videos: Annotations of all videos.
        form: 'bmn' gives ``anet_anno_train.json``, ``_val`` and ``_test``, by subset;
            'gtad' gives ``anet_anno_action.json`` and ``video_info_new.csv``, both of
            all videos.
    """
    videos = [video for video in videos if video.entry['annotations']]
    if form == 'bmn':
        split_of = {subset: split for split, subset in SUBSETS.items()}
        groups: dict[str, dict[str, Any]] = {}
        for video in videos:
            name = f'anet_anno_{split_of[video.subset]}.json'
            groups.setdefault(name, {})[video.name] = video.entry
        return {name: json.dumps(group, indent=1) for name, group in groups.items()}
    rows = []
    for video in videos:
        e, fps = video.entry, video.entry['fps']
        row = [e['duration_frame'], e['duration_second'], fps, fps]
        rows.append([video.name, *row, video.subset, e['feature_frame']])
    entries = {video.name: video.entry for video in videos}
    return {
        'anet_anno_action.json': json.dumps(entries, indent=1),
        # G-TAD looks names up; many of YouTube's begin with -.
        'video_info_new.csv': csv_text(VIDEO_INFO, rows, protect=False),
    }


def write_features(path: Path, rows: np.ndarray) -> None:
    """Write a video's features in the form that the file's ending names.

    BMN reads CSV with a header. G-TAD reads HDF5, for which h5py would have to be a
    requirement; to make it read numpy's own form takes one changed line.

    Args:
        path: File to write, ``.csv`` or ``.npy``.
        rows: Features, ``(S, D)``; written as float32, of which CSV keeps each bit.
    """
    rows = rows.astype(np.float32)
    if path.suffix == '.npy':
        atomic_write(path, lambda stream: np.save(stream, rows))
        return
    header = ','.join(f'f{channel}' for channel in range(rows.shape[1]))
    atomic_write(
        path,
        lambda stream: np.savetxt(
            stream, rows, '%.9g', delimiter=',', header=header, comments=''
        ),
    )
