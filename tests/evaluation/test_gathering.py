"""Two processes gather each other's videos, and fail together."""

import sys

import numpy as np
import pytest

from carl_mm.evaluation.evaluated_video import MODEL, EvaluatedVideo, Place
from carl_mm.evaluation.gathering import gather_videos
from tests.tools.processes import ROOT, run

SCRIPT = """
import sys
import numpy as np
import torch
import torch.distributed as dist
import carl_mm
from carl_mm.evaluation import FramewiseMetric
from carl_mm.evaluation.evaluated_video import Place
from carl_mm.evaluation.gathering import gather_videos
sys.path.insert(0, sys.argv[1])
from tests.evaluation.test_gathering import make_video

dist.init_process_group('gloo')
rank = dist.get_rank()
mine = [(Place(i), make_video(i)) for i in ((0, 2, 4, 0) if rank == 0 else (1, 3))]
if rank == 1 and sys.argv[2] == 'empty':
    mine = []
places = range(5) if sys.argv[2] != 'empty' else (0, 2, 4)
found = gather_videos(mine)
assert [place for place, _ in found] == [Place(i) for i in places]
for place, video in found:
    expected = make_video(place.sample_idx)
    assert (video.filename, video.action) == (expected.filename, expected.action)
    assert (video.split, video.view) == (expected.split, expected.view)
    assert np.array_equal(video.labels, expected.labels)
    assert np.array_equal(video.frame_inds, expected.frame_inds)
    assert video.embeddings.keys() == expected.embeddings.keys()
    for name, values in expected.embeddings.items():
        assert np.array_equal(video.embeddings[name], values), (place, name)

# Samples that do not tell their place, dealt out in turn; the last one is padding.
class Counts(FramewiseMetric):
    keys = ('videos', 'order')

    def evaluate_action(self, videos):
        firsts = [embedding[0, 0] for embedding in videos.test_embeddings]
        return {'videos': len(firsts), 'order': float(firsts == sorted(firsts))}


counts = Counts(prefix='counts')
frames = [np.full((3, 2), i) for i in ((0, 2, 4) if rank == 0 else (1, 3, 0))]
counts.process(None, [{'pred_embedding': f, 'gt_label': np.zeros(3)} for f in frames])
assert counts.evaluate(5) == {'counts/videos': 5, 'counts/order': 1}


class Fails(FramewiseMetric):
    keys = ('value',)

    def evaluate_action(self, videos):
        if videos.action == 'run':
            raise ValueError('not this one')
        return {'value': 1.0}


metric = Fails()
metric.results = mine
try:
    metric.evaluate(5)
except ValueError as error:
    assert str(error) == 'not this one'
else:
    raise AssertionError('no error')
dist.destroy_process_group()
"""


def make_video(place):
    rng = np.random.default_rng(place)
    length = 0 if place == 3 else 4 + place  # one could not be decoded
    embeddings = {
        MODEL: rng.normal(size=(length, 3)).astype(np.float32),
        'position': rng.normal(size=(length, 5)).astype(np.float32),
    }
    return EvaluatedVideo(
        filename=f'{place}.mp4',
        action=('jump', 'run')[place % 4 == 0],
        split='test',
        view='',
        labels=rng.integers(-1, 3, length),
        frame_inds=rng.integers(0, 100, length),
        fps=25.0 + place,
        embeddings=embeddings if length else {MODEL: embeddings[MODEL]},
    )


def test_one_process_keeps_each_video_once_and_in_order():
    cut = Place(0, 'windowed', 0)
    places = [Place(2), Place(0), Place(1), cut, Place(0)]
    mine = [(place, make_video(place.sample_idx)) for place in places]
    expected = [Place(0), cut, Place(1), Place(2)]
    assert [place for place, _ in gather_videos(mine)] == expected


@pytest.mark.slow
@pytest.mark.parametrize('case', ['both', 'empty'])
def test_two_processes(tmp_path, case):
    script = tmp_path / 'gather.py'
    script.write_text(SCRIPT)
    torchrun = [sys.executable, '-m', 'torch.distributed.run', '--nproc_per_node=2']
    run(*torchrun, '--master_port=29537', script, ROOT, case, cwd=tmp_path)
