"""Small data of the published forms, written without this package, and its use."""

import json
import struct

import cv2
import numpy as np
import scipy.io
from mmengine.config import Config
from mmengine.runner import Runner
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from carl_mm.datasets import open_video
from tests.engine.small import small_config


def brightness(index):
    return 20 + 6 * index


def picture(index, size=(64, 48)):
    """A frame whose brightness tells its number, in cv2's BGR."""
    image = np.full((size[1], size[0], 3), brightness(index), np.uint8)
    image[:4, index % 16 : index % 16 + 4] = 255
    return image


def jpeg(index, **kwargs):
    return cv2.imencode('.jpg', picture(index, **kwargs))[1].tobytes()


def check_pictures(path, num_frames):
    """Each frame of a video is the picture of its number."""
    video = open_video(path)
    shown = video.read(range(video.num_frames))[:, 16:].mean((1, 2, 3))
    expected = [brightness(index) for index in range(num_frames)]
    np.testing.assert_allclose(shown, expected, atol=2)


def write_penn_video(folder, name, action, num_frames, train=1):
    """``frames/NNNN/MMMMMM.jpg`` from 1 on, and ``labels/NNNN.mat``."""
    frames = folder / 'frames' / name
    frames.mkdir(parents=True)
    for index in range(num_frames):
        (frames / f'{index + 1:06d}.jpg').write_bytes(jpeg(index))
    (folder / 'labels').mkdir(exist_ok=True)
    joints = np.zeros((num_frames, 13))
    content = {'action': action, 'train': train, 'nframes': num_frames, 'x': joints}
    scipy.io.savemat(folder / 'labels' / f'{name}.mat', content, do_compression=True)


def write_phases(folder, split, action, name, labels, suffix=''):
    path = folder / split / action / f'{name}{suffix}.npy'
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, labels)
    return path


def thirds(num_frames):
    """Labels 0, 1 and 2, and the rows that they make."""
    labels = np.arange(num_frames) * 3 // num_frames
    ends = [int((labels <= label).sum()) for label in range(3)]
    firsts = [0, *ends[:2]]
    return labels, [[firsts[i], ends[i] - 1, i] for i in range(3)]


def varint(number):
    number %= 2**64
    low = b''
    while number > 127:
        low += bytes([number & 127 | 128])
        number >>= 7
    return low + bytes([number])


def field(number, content):
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def feature(values):
    if all(isinstance(value, bytes) for value in values):
        return field(1, b''.join(field(1, value) for value in values))
    return field(3, field(1, b''.join(varint(int(value)) for value in values)))


def sequence_example(context, feature_lists):
    """Protobuf's wire format by hand; lists of values, and of lists of values."""
    features = b''.join(
        field(1, field(1, key.encode()) + field(2, feature(values)))
        for key, values in context.items()
    )
    lists = b''.join(
        field(
            1,
            field(1, key.encode())
            + field(2, b''.join(field(1, feature(step)) for step in steps)),
        )
        for key, steps in feature_lists.items()
    )
    return field(1, features) + field(2, lists)


def pouring_video(name, labels, images=None, /, **context):
    images = [jpeg(i) for i in range(len(labels))] if images is None else images
    context = {
        'name': [name.encode()],
        'len': [len(images)],
        'label': [-1],
    } | context
    steps = {'video': [[i] for i in images], 'frame_labels': [[n] for n in labels]}
    return sequence_example(context, steps)


def write_records(path, payloads):
    with open(path, 'wb') as file:
        for payload in payloads:
            length = struct.pack('<Q', len(payload))
            file.write(length + struct.pack('<I', masked_crc32c(length)))
            file.write(payload + struct.pack('<I', masked_crc32c(payload)))


def train_and_test(folder, annotations, video_dir, evaluators=None):
    """Train an epoch on annotations and evaluate; the metrics."""
    (folder / 'annotations.json').write_text(json.dumps(annotations))
    config = Config(small_config(folder, max_epochs=1))
    for loader in (config.train_dataloader, config.test_dataloader):
        loader.dataset.data_prefix.video = str(video_dir)
    if evaluators:
        config.test_evaluator = [dict(type=name) for name in evaluators]
    config.experiment_name = f'run{np.random.default_rng().integers(10**12)}'
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.iter >= 1
    return runner.test()
