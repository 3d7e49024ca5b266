"""The files of temporal localisation, as mmaction2's BMN and G-TAD read them.

An annotation stands under the video's name, ``v_`` and its id: ``{"duration_second":
s, "duration_frame": n, "feature_frame": n, "fps": f, "rfps": f, "annotations":
[{"segment": [start, end], "label": name}]}``, in seconds. The features cover the whole
video, so feature_frame is duration_frame.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from carl_mm.apis.localization.truth import SUBSETS, Truth
from carl_mm.files import atomic_write

FORMS = {'bmn': '.csv', 'gtad': '.npy'}
VIDEO_INFO = ('video', 'numFrame', 'seconds', 'fps', 'rfps', 'subset', 'featureFrame')


@dataclass(frozen=True)
class LocalizedVideo:
    """One video's annotation.

    Attributes:
        name: ``v_`` and the video's id.
        subset: 'training', 'validation' or 'testing'.
        entry: See this module.
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
        video_id: As `video_ids` gives.
        entry: Of ``data_list``, see `carl_mm.datasets.annotations`.
        num_frames: Of the video file.
        fps: Of the video file, frames a second.
        phases: Action to the names of its phases.
        truth: As `load_truth` gives, or None.
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
    """Return file name to text; videos without a segment are left out.

    BMN's and G-TAD's training, and the recall of mmaction2's `ANetMetric`, fail on a
    video without any.

    Args:
        videos: All of them.
        form: 'bmn': ``anet_anno_train.json``, ``_val`` and ``_test``, by subset;
            'gtad': ``anet_anno_action.json`` of all and ``video_info_new.csv``.
    """
    videos = [video for video in videos if video.entry['annotations']]
    if form == 'bmn':
        split_of = {subset: split for split, subset in SUBSETS.items()}
        groups: dict[str, dict[str, Any]] = {}
        for video in videos:
            name = f'anet_anno_{split_of[video.subset]}.json'
            groups.setdefault(name, {})[video.name] = video.entry
        return {name: json.dumps(group, indent=1) for name, group in groups.items()}
    table = io.StringIO()
    writer = csv.writer(table, lineterminator='\n')
    writer.writerow(VIDEO_INFO)
    for video in videos:
        e, fps = video.entry, video.entry['fps']
        row = [e['duration_frame'], e['duration_second'], fps, fps]
        writer.writerow([video.name, *row, video.subset, e['feature_frame']])
    entries = {video.name: video.entry for video in videos}
    return {
        'anet_anno_action.json': json.dumps(entries, indent=1),
        'video_info_new.csv': table.getvalue(),
    }


def write_features(path: Path, rows: np.ndarray) -> None:
    """Write a video's features, as the file's suffix says.

    BMN reads CSV with a header. G-TAD reads HDF5, which needs h5py; that is not among
    our requirements for this alone, and numpy's own form is one changed line there.

    Args:
        path: ``.csv`` or ``.npy``.
        rows: ``(S, D)``, written as float32; CSV keeps each bit.
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
