import pytest
import torch

from carl_mm.apis.localization import exporter
from tests.apis.localization.exported import read_back, times


def test_an_interrupted_export_goes_on(export, make_videos, monkeypatch):
    folder = make_videos()
    write, calls = exporter.write_features, []

    def interrupted(path, rows):
        calls.append(path)
        if len(calls) == 3:
            raise KeyboardInterrupt
        write(path, rows)

    monkeypatch.setattr(exporter, 'write_features', interrupted)
    with pytest.raises(KeyboardInterrupt):
        export(folder)
    before = times(folder)
    assert len(before) == 2
    assert not list((folder / 'out').glob('*.json'))
    summary = export(folder)
    assert (summary.num_written, summary.num_kept) == (2, 2)
    assert before.items() < times(folder).items()
    assert len(read_back(folder, 'train')) == len(read_back(folder, 'test')) == 2
    assert not list((folder / 'out').rglob('*.part'))


def other_weights(runner):
    runner.model.neck.to_out.weight.data += 1


def other_picture(runner):
    runner.cfg.test_dataloader.dataset.pipeline[1].transforms[0].size = 40


def other_positions(runner):
    runner.cfg.model.neck.num_frames = runner.model.neck.num_frames = 16


@pytest.mark.slow
@pytest.mark.parametrize('change', [other_weights, other_picture, other_positions])
def test_other_settings_remake_the_features(export, make_videos, change):
    folder = make_videos(lengths=(12, 14))
    export(folder)
    before = read_back(folder, 'train')[0]['inputs']
    assert export(folder).num_kept == 2
    assert export(folder, change).num_written == 2
    assert not torch.allclose(read_back(folder, 'train')[0]['inputs'], before)
    assert export(folder, change, num_snippets=12).num_written == 2


def test_a_changed_video_is_remade_the_other_kept(export, make_videos):
    folder = make_videos(lengths=(12, 14))
    export(folder)
    video = folder / 'videos' / 'video_0.mp4'
    video.write_bytes((folder / 'videos' / 'video_1.mp4').read_bytes())
    summary = export(folder)
    assert (summary.num_written, summary.num_kept) == (1, 1)


def test_a_kill_between_features_and_record_vouches_for_nothing(
    export, make_videos, monkeypatch
):
    folder = make_videos(lengths=(12, 14))
    export(folder)

    def killed(path, text):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(exporter, 'atomic_write_text', killed)
        export(folder, other_weights)
    # The first video now has the other weights' features, and no record.
    assert export(folder).num_written == 1
