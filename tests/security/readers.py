"""Every reader of foreign bytes, with a small good file of its kind."""

import io
import json
import pickle
import struct
from pathlib import Path

import numpy as np
import torch

from carl_mm import compat
from carl_mm.apis import FrameIndex, VideoEmbedding
from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.datasets.converters.formats.penn_action_labels import (
    read_mat,
    read_phases,
)
from carl_mm.datasets.converters.formats.tfrecord import (
    parse_sequence_example,
    read_records,
)
from carl_mm.datasets.converters.safe_pickle.restricted_pickle import (
    load_restricted_pickle,
)
from carl_mm.datasets.video_io.image_folder import decode_image
from carl_mm.datasets.video_io.open_video import open_video
from carl_mm.datasets.video_io.sound import has_sound
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.datasets.converters.formats.annotations import samples


def read_labels_file(path):
    read_labels(path, None, None, None)


def labels_of(text):
    return lambda path: path.write_text(text, encoding='utf-8')


def embedding():
    eye = np.eye(6, dtype=np.float32)
    made = {'checkpoint': 'a.pth', 'version': '1'}
    return VideoEmbedding('a.mp4', eye, np.arange(6.0), 25.0, made)


def write_record(path):
    import google_crc32c

    def masked(data):
        crc = google_crc32c.value(data)
        value = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
        return struct.pack('<I', value)

    feature = b'\n\x03len\x12\x05\x1a\x03\n\x01\x05'
    payload = (
        b'\n' + bytes([len(feature) + 2]) + b'\n' + bytes([len(feature)]) + feature
    )
    head = struct.pack('<Q', len(payload))
    path.write_bytes(head + masked(head) + payload + masked(payload))


def write_image(path):
    import cv2

    _, data = cv2.imencode(path.suffix, next(iter(moving_square(1, 32))))
    path.write_bytes(data.tobytes())


def write_mat(path):
    from scipy.io import savemat

    savemat(path, {'action': 'squat', 'nframes': 60, 'x': np.ones((5, 2))})


def write_labels(path):
    path.write_text(
        'filename,first_frame,last_frame,phase\na.mp4,0,9,one\na.mp4,10,19,two\n'
    )


def write_annotations(path):
    entry = {'filename': 'a.mp4', 'split': 'train', 'action': 'a', 'num_frames': 9}
    entry['phases'] = [[0, 3, 0], [4, 8, 1]]
    content = {'metainfo': {'phases': {'a': ['x', 'y']}}, 'data_list': [entry]}
    path.write_text(json.dumps(content))


def write_pickle(path):
    content = io.BytesIO()
    entry = {'video_file': 'a.mp4', 'seq_len': 3, 'frame_label': np.arange(3)}
    pickle.dump([{**entry, 'more': torch.arange(3.0)}, entry], content, 4)
    path.write_bytes(content.getvalue())


def write_checkpoint(path):
    state = {'state_dict': {'w': torch.ones(3, 4), 'b': torch.zeros(4)}}
    torch.save({**state, 'meta': {'cfg': "model = dict(type='A')"}}, path)


def read_checkpoint(path):
    from carl_mm.apis.embedding.checkpoint_config import read_config

    loaded = compat.load_local_checkpoint(str(path), 'cpu')
    if not isinstance(loaded, dict):
        raise ValueError('not a checkpoint')
    read_config(loaded, str(path))


def read_video(path):
    has_sound(path)
    for _ in open_video(path).stream(range(3)):
        pass


def read_image(path):
    decode_image(path.read_bytes(), str(path))


def read_tfrecord(path):
    for record in read_records(path):
        parse_sequence_example(record)


# Name of the file, how to write a good one, how to read it.
READERS = {
    'checkpoint': ('a.pth', write_checkpoint, read_checkpoint),
    'npz': ('a.npz', lambda path: embedding().save(path), VideoEmbedding.load),
    'index': (
        'i.npz',
        lambda path: FrameIndex([embedding()]).save(path),
        FrameIndex.load,
    ),
    'parquet': ('a.parquet', lambda path: embedding().save(path), VideoEmbedding.load),
    'json': ('a.json', write_annotations, load_annotations),
    'csv': ('a.csv', write_labels, read_labels_file),
    'elan': ('a.eaf', labels_of(samples.EAF), read_labels_file),
    'boris': ('a.boris', labels_of(json.dumps(samples.BORIS)), read_labels_file),
    'boris_events': ('a.tsv', labels_of(samples.AGGREGATED), read_labels_file),
    'label_studio': (
        'a.json',
        labels_of(json.dumps(samples.LABEL_STUDIO)),
        read_labels_file,
    ),
    'cvat': ('a.xml', labels_of(samples.CVAT), read_labels_file),
    'via': ('a.json', labels_of(json.dumps(samples.VIA)), read_labels_file),
    'textgrid': ('a.TextGrid', labels_of(samples.LONG_GRID), read_labels_file),
    'webvtt': ('a.vtt', labels_of(samples.VTT), read_labels_file),
    'pickle': ('a.pkl', write_pickle, load_restricted_pickle),
    'tfrecord': ('a.tfrecord', write_record, read_tfrecord),
    'mat': ('a.mat', write_mat, read_mat),
    'npy': (
        'a.npy',
        lambda path: np.save(path, np.arange(20) % 3),
        lambda path: read_phases(path, 3),
    ),
    'video': (
        'a.mp4',
        lambda path: write_mp4(path, moving_square(8, 32), 25),
        read_video,
    ),
    'jpeg': ('a.jpg', write_image, read_image),
    'png': ('a.png', write_image, read_image),
}


def good_file(kind: str, folder: Path) -> bytes:
    """Return the bytes of a good file."""
    name, write, read = READERS[kind]
    write(folder / name)
    read(folder / name)
    return (folder / name).read_bytes()
