"""Videos of any length embed whole, in bounded memory."""

import json
import sys
from pathlib import Path

import pytest

from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.tools.processes import run

STATUS = Path('/proc/self/status')
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not STATUS.exists(), reason='needs the peak of /proc'),
]

# The demo's network. The peak comes from /proc: getrusage's survives fork and exec,
# so a child of a large pytest process would report that one's memory.
EMBED = """
import json, re, sys
from pathlib import Path

import torch
from mmaction.registry import DATASETS, MODELS
from mmengine.registry import init_default_scope

import carl_mm

torch.set_num_threads(1)
init_default_scope('mmaction')


def open_dataset():
    whole = dict(
        type='WholeVideo',
        transforms=[dict(type='ClipConsistentCenterCrop', size=128)],
    )
    steps = [dict(type='OpenVideo'), whole, dict(type='PackFramewiseInputs')]
    return DATASETS.build(
        dict(
            type='FramewiseVideoDataset',
            ann_file=sys.argv[1],
            data_prefix=dict(video=str(Path(sys.argv[1]).parent)),
            test_mode=True,
            pipeline=steps,
        )
    )


torch.manual_seed(0)
model = MODELS.build(
    dict(
        type='FramewiseRecognizer',
        backbone=dict(type='EfficientNetLite0'),
        freeze_backbone=True,
        neck=dict(type='TemporalTransformer', in_channels=2560, num_frames=32),
        cls_head=dict(type='SequenceContrastiveHead'),
        spatial_pooling='max_mean',
    )
).eval()


def embed(sample, chunk_size):
    model.chunk_size = chunk_size
    data = dict(inputs=[sample['inputs']], data_samples=[sample['data_samples']])
    (result,) = model(**model.data_preprocessor(data), mode='predict')
    return result


sample = open_dataset()[0]
result = embed(sample, 64)
status = Path('/proc/self/status').read_text()
peak = int(re.search(r'VmHWM:\\s*(\\d+) kB', status)[1]) / 2**20
embedding = result.pred_embedding
shapes = [list(value.shape) for value in (embedding, *result.controls.values())]
again = embed(sample, 16).pred_embedding if sys.argv[2] == 'again' else embedding
print('RESULT', json.dumps(dict(
    peak=peak,
    shapes=shapes,
    difference=(again - embedding).abs().max().item(),
    spread=embedding.std(0).max().item(),
)))
"""


def embed(folder, num_frames, again):
    """Embed a made video; `again`, in small chunks, to compare."""
    folder = folder / str(num_frames)
    frames = moving_square(num_frames, size=128)
    write_mp4(folder / 'long.mp4', frames, 25)
    entry = {'filename': 'long.mp4', 'split': 'test'}
    annotations = {'metainfo': {}, 'data_list': [entry]}
    (folder / 'annotations.json').write_text(json.dumps(annotations))
    mode = 'again' if again else 'once'
    args = ['-c', EMBED, folder / 'annotations.json', mode]
    said = run(sys.executable, *args, cwd=folder)
    return json.loads(said.split('RESULT ')[1].splitlines()[0])


def test_five_thousand_frames(tmp_path, record_property):
    short = embed(tmp_path, 500, again=True)
    long = embed(tmp_path, 5000, again=False)
    record_property('peaks_gib', [short['peak'], long['peak']])
    assert long['peak'] - short['peak'] <= 0.2
    for result, num_frames in ((short, 500), (long, 5000)):
        assert result['shapes'][0] == [num_frames, 128]
        assert [shape[0] for shape in result['shapes']] == [num_frames] * 4
        assert result['spread'] > 1e-3
    assert short['difference'] < 1e-5
