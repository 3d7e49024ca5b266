"""The benchmark's own parts at tiny sizes: they run, and their figures fit together."""

import functools
import importlib
import json
import os
import runpy
import sys
import tempfile

import numpy as np
import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from tests.tools.processes import ROOT, run_here

SMALL = {'size': 64, 'depth': 18}
# bfloat16 on so few and small pictures; the tool itself asks 0.01.
LOOSE = {'bf16': 0.2, 'fp32': 1e-4}


@pytest.fixture
def part(monkeypatch, tmp_path):
    """Import a part by name; its videos go to the test's folder."""
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks' / 'speed'))
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    return lambda name: importlib.import_module(f'parts.{name}')


def check_ratio(figures):
    assert figures['ours'] > 0
    assert figures['ratio'] == pytest.approx(figures['reference'] / figures['ours'])


@pytest.mark.slow
def test_step(part):
    step = part('step')
    figures = step.run(repeats=1, frames=4, **SMALL, max_difference=LOOSE)
    for side in (figures, figures['bf16'], figures['fp32']):
        check_ratio(side)
    assert figures['ours'] == figures[figures['precision']]['ours']
    assert figures['fp32']['losses apart'] <= 1e-4
    assert figures['bf16, a step that only accumulates'] > 0
    if not torch.cuda.is_available():
        assert figures['gpu'] == 'no CUDA GPU: skipped'


def test_losses_that_differ_raise(part):
    medians = {'bf16': 1.0, 'reference': 2.0}
    losses = {'bf16': [1.02, 1.0], 'reference': [1.0, 1.0]}
    compare = part('step').compare
    assert compare('bf16', medians, losses, 0.03)['ratio'] == 2
    with pytest.raises(ValueError, match=r'bf16: loss 1.02, reference 1.0.*apart'):
        compare('bf16', medians, losses, 0.01)
    losses['bf16'][0] = float('nan')
    with pytest.raises(ValueError, match='loss nan'):
        compare('bf16', medians, losses, 0.01)


@pytest.mark.slow
def test_a_process_gives_errors_and_keeps_its_variables(part):
    apart = part('apart').Apart
    assert apart(getattr_of, 'environ', CARL_MM_TEST='1')()[1] == '1'
    assert 'CARL_MM_TEST' not in os.environ
    with pytest.raises(AttributeError, match='no_such_name'):
        apart(getattr_of, 'no_such_name')()


def getattr_of(name):
    """Made in the other process."""
    return functools.partial(getattr(os, name).get, 'CARL_MM_TEST')


def test_both_steps_update_alike(part):
    step, network = part('step'), part('network')
    batch = network.make_batch(4, 64)
    start = dict(network.build_model(4, 18).named_parameters())
    ours, reference = network.build_model(4, 18), network.build_model(4, 18)
    step.our_step(ours, batch, type='OptimWrapper')()
    step.reference_step(reference, batch)()
    learnt = dict(ours.named_parameters())
    changed = 0
    for name, weight in reference.named_parameters():
        if weight.dim() < 2 or not weight.requires_grad:
            continue  # a bias before a BatchNorm: Adam makes steps of pure noise
        moves = [(side - start[name]).flatten() for side in (weight, learnt[name])]
        assert torch.cosine_similarity(*moves, dim=0) > 0.9, name
        changed += 1
    assert changed > 20
    assert torch.equal(reference.backbone.conv1.weight, start['backbone.conv1.weight'])


def test_reference_loss_is_ours(part):
    from carl_mm.functional import sequence_contrastive_loss

    step = part('step')
    latent = torch.nn.functional.normalize(torch.randn(2, 7, 5), dim=2)
    inds = torch.stack([torch.arange(7), torch.arange(3, 10)])
    valid = torch.ones(1, 7, dtype=torch.bool)
    views = [*latent[:, None], *inds[:, None], valid, valid]
    expected = sequence_contrastive_loss(*views, variance=10.0, temperature=0.1)
    loss = step.reference_loss(latent, inds, 10.0, 0.1)
    torch.testing.assert_close(loss, expected)


@pytest.mark.slow
def test_gpu_figures_are_taken_anywhere(part, monkeypatch):
    on_gpu, data = part('on_gpu'), part('data')
    monkeypatch.setattr(on_gpu, 'REPEATS', 2)
    figures = on_gpu.measure('cpu', 1e12, 4, **SMALL, backend='eager')
    assert list(figures) == ['eager', 'compiled']
    # By hand: the backbone's forward pass alone, of 8 frames of 64 px.
    least = 8 * 2 * 1.8e9 * (64 / 224) ** 2
    for row in figures.values():
        assert row['samples a second'] == pytest.approx(1 / row['seconds'])
        flops = row['share of the matrix rate'] * 1e12 * row['seconds']
        assert least < flops < 3 * least
    monkeypatch.setattr(data, 'LONG_VIDEO_FRAMES', 20)
    assert on_gpu.worker_rate(8, repeats=1) > 0


def test_align(part):
    figures = part('align').run(repeats=1, frames=40)
    check_ratio(figures)
    assert figures['MB'] > 0
    assert figures['posterior'] > 0


def test_largest_length(part):
    on_gpu = part('on_gpu')
    assert on_gpu.largest_length(lambda frames: frames <= 4) == 0
    for largest in (8, 37, 1000):
        found = on_gpu.largest_length(lambda frames, n=largest: frames <= n)
        assert largest * 8 / 9 - 1 <= found <= largest
    assert on_gpu.largest_length(lambda frames: True, limit=500) > 440
    assert on_gpu.step_fits('cpu', 4, **SMALL)


@pytest.mark.rare
def test_embed(part):
    figures = part('embed').run(frames=90, short=20, **SMALL)
    check_ratio(figures)
    assert figures['frames'] == 90
    alone = [
        figures[f'frames a second, {name} alone'] for name in ('decoder', 'backbone')
    ]
    assert figures['reference'] == pytest.approx(90 / min(alone))
    assert figures['frames a second'] == pytest.approx(90 / figures['ours'])
    assert 100 < figures['peak MB'] < 4000
    assert abs(figures['peak MB above 20 frames']) < 200


def test_embed_takes_every_frame_in_order(part, tmp_path):
    embed, network, videos = part('embed'), part('network'), part('videos')
    model = network.build_model(8, 18, controls=(), chunk_size=16).eval()
    sample = embed.open_sample(videos.make_video(20), 64)
    frames = torch.cat([views[0] for views in sample['inputs'].chunks(7)])
    with torch.no_grad():
        expected = model(frames[None], mode='tensor')[0]
    expected = torch.nn.functional.normalize(expected, dim=1)
    torch.testing.assert_close(
        embed.embed(model, sample), expected, rtol=1e-3, atol=1e-4
    )
    assert torch.equal(embed.decode(sample['inputs'], 16), frames[:16])


@pytest.mark.rare
def test_scaling(part):
    scaling = part('scaling')
    sizes = {'step': (2, 4), 'neck': (60, 120), 'embed': (20, 40), 'pairs': (4, 8)}
    rows = scaling.run(repeats=1, sizes=sizes)
    assert list(rows) == list(scaling.WHAT.values())
    for name, row in zip(scaling.WHAT, rows.values(), strict=True):
        assert row['sizes'] == list({**scaling.SIZES, **sizes}[name])
        assert len(row['seconds']) == 2
        assert all(value > 0 for value in row['seconds'])
        first, second = row['seconds']
        expected = np.log(second / first) / np.log(row['sizes'][1] / row['sizes'][0])
        assert row['measured slope'] == pytest.approx(expected)
    predicted = [row['predicted slope'] for row in rows.values()]
    assert predicted[0] == pytest.approx(1)
    assert predicted[-1] == pytest.approx(-1)


def test_predicted_cost_of_the_neck(part):
    scaling, network = part('scaling'), part('network')
    neck = network.build_model(80, 18).neck.eval()
    for num_frames in (80, 1920):
        with sdpa_kernel(SDPBackend.MATH):  # of others the counter may know nothing
            features = torch.randn(1, num_frames, 512)
            flops = network.count_flops(lambda x=features: neck(x))
        assert scaling.neck_cost(num_frames) == pytest.approx(flops / 2, rel=0.01)


def test_slope(part):
    scaling = part('scaling')
    assert scaling.slope((1, 2, 4), [3, 12, 48]) == pytest.approx(2)
    assert np.isnan(scaling.slope((5,), [1]))


def write_part(folder, text):
    (folder / 'parts').mkdir()
    (folder / 'parts' / 'step.py').write_text(text)
    for name in ('timing', 'videos'):
        source = ROOT / 'benchmarks' / 'speed' / 'parts' / f'{name}.py'
        (folder / 'parts' / f'{name}.py').write_text(source.read_text())


@pytest.fixture
def fake_parts(monkeypatch, tmp_path):
    """Let the tool find a part that returns at once."""
    for name in [name for name in sys.modules if name.startswith('parts')]:
        monkeypatch.delitem(sys.modules, name)
    write_part(
        tmp_path,
        'def run(repeats=3):\n'
        '    return {"ours": 0.123456, "probes": {"ours": repeats}}\n',
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith('parts')]:
        monkeypatch.delitem(sys.modules, name)


def test_tool_prints_tables_and_writes_json(fake_parts, monkeypatch, capsys):
    file = fake_parts / 'step.json'
    run_here(
        monkeypatch,
        '../benchmarks/speed/benchmark',
        'step',
        '--repeats',
        5,
        '--json',
        file,
    )
    said = capsys.readouterr().out
    assert '| ours | 0.1235 |' in said
    assert '| probes.ours | 5 |' in said
    assert f'| torch | {torch.__version__} |' in said
    result = json.loads(file.read_text())
    assert list(result) == ['step', 'machine']
    assert result['step'] == {'ours': 0.123456, 'probes': {'ours': 5}}
    assert result['machine']['torch'] == torch.__version__


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['step', '--frames', '8'], '--frames 8: step has no such option'),
        (['step', '--repeats', '0'], '--repeats 0: must be at least 1'),
        (['nothing'], "invalid choice: 'nothing'"),
        (['step', '--json', '/nowhere/x.json'], '/nowhere/x.json: no such folder'),
    ],
)
def test_tool_refuses(fake_parts, monkeypatch, capsys, arguments, message):
    with pytest.raises(SystemExit):
        run_here(monkeypatch, '../benchmarks/speed/benchmark', *arguments)
    assert message in capsys.readouterr().err


def test_table_has_a_column_a_key_where_all_rows_have_the_same():
    table = runpy.run_path(str(ROOT / 'benchmarks' / 'speed' / 'benchmark.py'))['table']
    row = {'sizes': [1, 2], 'slope': 1.23456}
    assert table({'a': row, 'b': row}).splitlines() == [
        '|  | sizes | slope |',
        '| --- | --- | --- |',
        '| a | 1, 2 | 1.235 |',
        '| b | 1, 2 | 1.235 |',
    ]
    assert table({'a': row, 'b': 3}).splitlines()[2:] == [
        '| a.sizes | 1, 2 |',
        '| a.slope | 1.235 |',
        '| b | 3 |',
    ]


@pytest.mark.rare
def test_cache(part):
    figures = part('cache').run(repeats=2, frames=20)
    check_ratio(figures)
    assert figures['ratio'] > 1
    assert figures['its frames'] == 160
