"""Names in Chinese, Japanese, Korean and Arabic, on machines with and without fonts."""

import csv
import unicodedata
import warnings

import numpy as np
import pytest
from matplotlib.ft2font import FT2Font
from PIL import ImageDraw

from carl_mm.datasets.video_io.video_writer import write_mp4
from carl_mm.visualization import (
    Tile,
    alignment_figure,
    embedding_figure,
    figure_to_image,
    metrics_figure,
    phase_timeline_figure,
    retrieval_figure,
    similarity_figure,
    warps_figure,
    write_aligned_video,
    write_grid_video,
)
from carl_mm.visualization.figures.deviation import deviation_figure
from carl_mm.visualization.parts import fonts
from carl_mm.visualization.parts.fonts import Fonts
from tests.apis.trained import make_work_dir
from tests.conftest import moving_square
from tests.tools.processes import run_here, write_config
from tests.visualization.made_fonts import (
    ARABIC,
    CHINESE,
    JAPANESE,
    KOREAN,
    LETTERS,
    NAMES,
    make_font,
)

PHASES = [CHINESE, JAPANESE, KOREAN, ARABIC]
LABELS = [np.repeat(np.arange(4), 5)] * 4
RNG = np.random.default_rng(0)
FOUR = list(moving_square(4, 32))
EMBEDDINGS = [np.cumsum(RNG.normal(size=(20, 4)), axis=0) for _ in NAMES]
FRAMES = np.stack(list(moving_square(20, 32)))
CLOCK = np.linspace(0, 1, 20)
CAPTIONS = [f'{name} 1.20 s {phase}' for name, phase in zip(NAMES, PHASES, strict=True)]

FIGURES = {
    'timeline': lambda: phase_timeline_figure(LABELS, LABELS, PHASES, NAMES),
    'alignment': lambda: alignment_figure([FOUR] * 4, [CAPTIONS] * 4, NAMES),
    'retrieval': lambda: retrieval_figure(FRAMES[0], FOUR, NAMES[0], CAPTIONS),
    'similarity': lambda: similarity_figure(
        EMBEDDINGS[0],
        EMBEDDINGS[1],
        labels_a=LABELS[0],
        labels_b=LABELS[0],
        phases=PHASES,
        title_a=NAMES[0],
        title_b=NAMES[3],
    ),
    'embedding': lambda: embedding_figure(EMBEDDINGS, LABELS, PHASES, NAMES),
    'deviation': lambda: deviation_figure(RNG.normal(size=20), 1.0, title=NAMES[2]),
    'warps': lambda: warps_figure(
        CLOCK,
        np.stack([CLOCK] * 4),
        names=NAMES,
        outliers=[0, 1, 3],
        events=[(phase, [0.5] * 4) for phase in PHASES],
    ),
    'metrics': lambda: metrics_figure([1], [{f'a/{CHINESE}': 0.1}], model=NAMES[1]),
}


@pytest.fixture(params=['with a font', 'without'])
def machine(request, tmp_path, monkeypatch):
    files = []
    if request.param == 'with a font':
        files = [make_font(tmp_path / 'made.ttf', LETTERS)]
    monkeypatch.setattr(fonts, 'FONTS', Fonts(lambda: files))
    return bool(files)


@pytest.mark.filterwarnings('ignore:no font here')
@pytest.mark.parametrize('draw', FIGURES.values(), ids=FIGURES)
def test_no_figure_has_a_box_for_a_letter(machine, draw):
    """matplotlib warns of each letter that it draws as a box."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter('always')
        figure_to_image(draw(), 600)
    assert not [each for each in said if 'Glyph' in str(each.message)]
    assert any('no font here' in str(each.message) for each in said) != machine


@pytest.mark.filterwarnings('ignore:no font here')
def test_no_video_has_a_box_for_a_letter(machine, tmp_path, monkeypatch):
    written = []
    text = ImageDraw.ImageDraw.text

    def note(pen, xy, shown, *args, **kwargs):
        written.append((shown, kwargs['font'].path))
        return text(pen, xy, shown, *args, **kwargs)

    monkeypatch.setattr(ImageDraw.ImageDraw, 'text', note)
    path = np.stack([np.arange(20)] * 2, axis=1)
    for a, b in ((0, 1), (2, 3)):
        write_aligned_video(
            *(tmp_path / f'{NAMES[a]}', FRAMES, FRAMES, path, 10.0),
            *(LABELS[a], LABELS[b], PHASES, (NAMES[a], NAMES[b])),
        )
    tiles = [Tile(iter(FRAMES), np.arange(20), CLOCK, name) for name in NAMES]
    write_grid_video(tmp_path / 'grid.mp4', tiles, CLOCK, 10.0)
    for shown, file in set(written):
        known = FT2Font(file).get_charmap()
        assert all(ord(letter) in known for letter in shown if letter != '\u200e')
    all_text = ''.join(dict.fromkeys(shown for shown, _ in written))
    assert (CHINESE in all_text) == machine
    assert (r'\u5012\u6c34' in all_text) != machine
    assert ARABIC in all_text


@pytest.fixture
def folder(tmp_path):
    """Videos of such names, one as macOS takes it apart, with tables of them."""
    names = [*NAMES, unicodedata.normalize('NFD', 'été_우유.mp4')]
    for seed, name in enumerate(names):
        write_mp4(tmp_path / 'vidéos' / name, moving_square(12 + seed, 64, seed), 25)
    rows = [
        f'{name},{first},{last},{phase}'
        for name in names
        for first, last, phase in ((0, 5, CHINESE), (6, 11, ARABIC))
    ]
    table = '\n'.join(['filename,first_frame,last_frame,phase', *rows])
    (tmp_path / '标签.csv').write_text(table + '\n', encoding='utf-8')
    return tmp_path


@pytest.mark.slow
@pytest.mark.filterwarnings('ignore:no font here')
def test_every_tool_takes_and_gives_such_names(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    work_dir = make_work_dir(folder, name='模型')
    names = sorted(path.name for path in (folder / 'vidéos').iterdir())

    def tool(name, *args):
        with pytest.raises(SystemExit) as info:
            run_here(monkeypatch, name, *args)
        said = capsys.readouterr()
        assert info.value.code in (0, None), f'{name}: {said.out}{said.err}'
        return said.out

    labels = ('--labels', '标签.csv')
    tool('dataset_converters/folder', 'vidéos', *labels, '数据.json')
    tool('embed', work_dir, 'vidéos', '--out', '嵌入')
    made = sorted(path.name for path in (folder / '嵌入').iterdir())
    assert made == sorted(name.replace('.mp4', '.npz') for name in names)
    a = f'嵌入/{CHINESE}.npz'
    options = ['--video', '--picture', '--rank', *labels]
    tool('align', work_dir, a, '嵌入', '--out', '对齐', *options)
    assert (folder / '对齐' / f'{ARABIC}.mp4').is_file()
    with (folder / '对齐' / 'ranking.csv').open(encoding='utf-8') as stream:
        ranked = {row['filename'].rsplit('/', 1)[-1] for row in csv.DictReader(stream)}
    assert ranked == {*names} - {f'{CHINESE}.mp4'}
    tool('timeline', work_dir, '嵌入', '--out', '时间', '--video', *labels)
    videos = ('--videos', '嵌入')
    tool('label_phases', work_dir, *labels, *videos, '--all', '--out', '阶段.csv')
    phases = (folder / '阶段.csv').read_text(encoding='utf-8')
    assert CHINESE in phases
    query = f'vidéos/{KOREAN}.mp4'
    tool('retrieve', work_dir, query, '--time', '0.1', *videos, '--out', '查找')
    assert f'{JAPANESE}.mp4' in (folder / '查找' / 'hits.csv').read_text('utf-8')
    tool('deviations', work_dir, a, '--references', '嵌入', '--out', '偏差')
    assert (folder / '偏差' / f'{CHINESE}.csv').is_file()

    def change(config):
        for loader in (config.train_dataloader, config.test_dataloader):
            loader.dataset.ann_file = '数据.json'
            loader.dataset.data_prefix = dict(video='vidéos')
            loader.dataset.test_mode = False
        config.work_dir = str(folder / '训练')

    config = write_config(folder, change, name='配置.py', cached=True, max_epochs=1)
    run_here(monkeypatch, 'train', config)
    run_here(monkeypatch, 'train', config, '--resume')
    assert 'nothing is left to train' in capsys.readouterr().out
    assert (folder / '训练' / 'epoch_1.pth').is_file()
