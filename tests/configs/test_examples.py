"""Our parts in other people's mmaction2 projects: each example trains two steps."""

import cv2
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.models import SequenceContrastiveLoss
from tests.conftest import moving_square
from tests.tools.processes import ROOT

EXAMPLES = {path.stem: path for path in (ROOT / 'configs' / 'examples').glob('*.py')}
LENGTHS = (14, 9, 12, 11)  # 9: padded


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    """Videos with a list, and folders of their frames, of flow and with a list."""
    folder = tmp_path_factory.mktemp('made')
    for kind in ('videos', 'frames'):
        (folder / kind).mkdir()
    rows = {'videos': [], 'frames': []}
    for index, length in enumerate(LENGTHS):
        frames = list(moving_square(length, 64, index))
        write_mp4(folder / 'videos' / f'{index}.mp4', iter(frames), 25)
        (folder / 'frames' / f'v{index}').mkdir()
        for number, frame in enumerate(frames, 1):
            for name in ('img', 'flow_x'):
                path = folder / 'frames' / f'v{index}' / f'{name}_{number:05}.jpg'
                cv2.imwrite(str(path), frame[..., ::-1])
        rows['videos'].append(f'{index}.mp4 0\n')
        rows['frames'].append(f'v{index} {length} 0\n')
    for kind, lines in rows.items():
        for part in ('train', 'val'):
            (folder / kind / f'{part}.txt').write_text(''.join(lines))
    return folder


def train(name, folder, kind, monkeypatch, **change):
    """Train two steps, judge; every batch the loss has seen, and the runner."""
    text = EXAMPLES[name].read_text()
    base = EXAMPLES['recognizer2d_videos'].read_text()
    for file, content in {f'{name}.py': text, 'recognizer2d_videos.py': base}.items():
        lines = content.splitlines()
        values = {'data_root': str(folder.parent / kind), 'num_frames': 10, 'size': 32}
        for place, line in enumerate(lines):
            key = line.split(' = ')[0]
            if key in values | change and 'import' not in line:
                lines[place] = f'{key} = {(values | change)[key]!r}'
        folder.mkdir(exist_ok=True)
        (folder / file).write_text('\n'.join(lines))
    cfg = Config.fromfile(folder / f'{name}.py')
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1, val_interval=1)
    for loader in filter(None, (cfg.train_dataloader, cfg.val_dataloader)):
        loader.num_workers = 0
    # Small and quick ones, of the same families.
    if name == 'rawframes':
        cfg.model.backbone.update(base_channels=8, stem_channels=8)
        cfg.model.neck.update(in_channels=64, num_layers=1)
    else:
        cfg.model.backbone = dict(
            type='MobileNetV2', widen_factor=0.1, pretrained=None, out_indices=(6, 7)
        )
        cfg.model.neck.neck.update(in_channels=1280, num_layers=1)
    cfg.work_dir = str(folder / 'work')
    cfg.experiment_name = folder.name
    seen = []
    forward = SequenceContrastiveLoss.forward

    def remember(self, batch, *args):
        seen.append(batch)
        return forward(self, batch, *args)

    monkeypatch.setattr(SequenceContrastiveLoss, 'forward', remember)
    runner = Runner.from_cfg(cfg)
    before = {n: w.clone() for n, w in runner.model.named_parameters()}
    runner.train()
    moved = [
        n for n, w in runner.model.named_parameters() if not torch.equal(w, before[n])
    ]
    assert {n.split('.')[0] for n in moved} == {'backbone', 'neck', 'cls_head'}
    assert runner.iter == 2
    return seen, runner


def check_views(seen):
    """Two views a video, their places in it and their padding reach the loss."""
    lengths = []
    for batch in seen:
        assert batch.embedding.shape[:3] == batch.valid.shape == (2, 2, 10)
        assert batch.embedding.requires_grad
        lengths += batch.video_lengths.tolist()
        for views, valid in zip(batch.frame_inds, batch.valid, strict=True):
            for view, real in zip(views, valid, strict=True):
                assert (view[real].diff() > 0).all()  # counted from 0, in order
                assert view.min() >= 0
    assert sorted(lengths) == sorted(LENGTHS)
    inds, valid = (torch.cat([getattr(b, k) for b in seen]) for k in NAMES)
    assert inds[torch.tensor(lengths) == 9].max() == 8
    assert not valid[torch.tensor(lengths) == 9].all()
    assert not torch.equal(inds[:, 0], inds[:, 1])
    a, b = torch.cat([batch.embedding for batch in seen]).unbind(1)
    assert not torch.allclose(a, b)


NAMES = 'frame_inds', 'valid'


@pytest.mark.parametrize('decoder', ['Decord', 'PyAV', 'OpenCV'])
def test_neck_and_head_in_a_recognizer2d(decoder, videos, monkeypatch):
    folder = videos / decoder
    seen, runner = train(
        'recognizer2d_videos', folder, 'videos', monkeypatch, decoder=decoder
    )
    check_views(seen)
    # mmaction2's default runtime has save_best='auto'.
    assert list((folder / 'work').glob('best_alignment_kendalls_tau_*.pth'))
    tau = runner.message_hub.get_scalar('val/alignment/kendalls_tau').current()
    assert -1 <= tau <= 1


def test_raw_frames_by_mmactions_decoder(videos, monkeypatch):
    folder = videos / 'decoded'
    seen, _ = train('recognizer2d_rawframes', folder, 'frames', monkeypatch)
    check_views(seen)


def test_raw_frames_through_open_video(videos, monkeypatch):
    folder = videos / 'opened'
    seen, runner = train('rawframes', folder, 'frames', monkeypatch)
    check_views(seen)
    assert list((folder / 'work').glob('best_alignment_kendalls_tau_*.pth'))
    dataset = runner.val_dataloader.dataset
    assert [len(dataset[i]['inputs']) for i in range(len(LENGTHS))] == list(LENGTHS)
