import ast
import gc
import json

import mmengine.config.config
import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope

import carl_mm
from carl_mm.datasets.video_io.video_writer import write_mp4

torch.set_num_threads(1)  # two would fight over the cores with subprocesses
init_default_scope('mmaction')  # for what is built while tests are collected
carl_mm.compat.mend_runner()  # as the tools do; hosts are tested in other processes


def check_only(text, **_):
    ast.parse(text)  # yapf refuses what is no Python, too
    return text, False


# Each training lays its config's text out five times: a third of its time here. The
# processes that tests start do have yapf.
mmengine.config.config.FormatCode = check_only


def pytest_collection_finish():
    """Leave what was imported out of collections: mmengine asks for one a data set."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def default_scope():
    """As a Runner does; another test's may have had none, which is mmengine's."""
    init_default_scope('mmaction')
    yield
    init_default_scope('mmaction')  # for fixtures of a session, which come first


@pytest.fixture(autouse=True, scope='session')
def cache_folder(tmp_path_factory):
    """Remember indices of frames for this run only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('CARL_MM_CACHE', str(tmp_path_factory.mktemp('cache')))
        yield


def moving_square(num_frames, size=64, seed=0, start=0):
    """Frames whose square moves right; its place tells the frame's number."""
    rng = np.random.default_rng(seed)
    background = rng.integers(60, 120, 3)
    for index in range(start, start + num_frames):
        frame = np.full((size, size, 3), background, np.uint8)
        left = (index * 2) % (size - 8)
        frame[20:28, left : left + 8] = 230
        yield frame


def damage(content):
    """Overwrite half of an mp4's packets; its header and index stay whole."""
    start = content.find(b'mdat') + 4
    quarter = (len(content) - start) // 4
    middle, end = start + quarter, start + 3 * quarter
    return content[:middle] + b'\xff' * (end - middle) + content[end:]


@pytest.fixture
def break_middle():
    """Damage a video file in its middle."""
    return lambda path: path.write_bytes(damage(path.read_bytes()))


@pytest.fixture
def make_videos(tmp_path):
    """Write videos and their annotation file: lengths -> folder."""

    def make(lengths=(30, 24, 36, 20), size=64, labelled=True, test_share=0.5):
        entries = []
        for index, length in enumerate(lengths):
            name = f'video_{index}.mp4'
            write_mp4(
                tmp_path / 'videos' / name, moving_square(length, size, index), 25
            )
            is_test = index >= len(lengths) * (1 - test_share)
            entry = {'filename': name, 'split': 'test' if is_test else 'train'}
            if labelled:
                cuts = [0, length // 4, length // 2, length]
                entry['action'] = 'slide'
                entry['phases'] = [
                    [cuts[i], cuts[i + 1] - 1, i]
                    for i in range(3)
                    if cuts[i + 1] > cuts[i]
                ]
            entries.append(entry)
        metainfo = {'phases': {'slide': ['a', 'b', 'c']}} if labelled else {}
        annotations = {'metainfo': metainfo, 'data_list': entries}
        (tmp_path / 'annotations.json').write_text(json.dumps(annotations))
        return tmp_path

    return make
