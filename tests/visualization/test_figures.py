"""What holds of every figure, in hard cases."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from carl_mm.visualization import (
    alignment_figure,
    embedding_figure,
    figure_to_image,
    loss_figure,
    metrics_figure,
    phase_timeline_figure,
    retrieval_figure,
    similarity_figure,
)

RNG = np.random.default_rng(0)
SHORT, LONG = RNG.normal(size=(20, 8)), RNG.normal(size=(2000, 8))
PHASES = [f'phase number {i} of the long recipe' for i in range(12)]
SHORT_LABELS, LONG_LABELS = np.arange(20) * 12 // 20, np.arange(2000) * 12 // 2000
NAMES = [
    'Name Of A Video, ' * 10,
    'A very long-name of a phone video, 2024-05-01 at_home.mp4',
]
TALL, WIDE = np.zeros((300, 100, 3), np.uint8), np.zeros((40, 300, 3), np.uint8)
METRICS = [{f'{group}/{i}{c}': 0.5 for i in range(4) for c in ('', '_position')}
           for group in 'ab']  # fmt: skip

CASES = {
    'similarity': lambda: similarity_figure(
        SHORT, LONG, np.array([[0, 0], [19, 1999]]), fps_a=25, fps_b=25,
        labels_a=SHORT_LABELS, labels_b=LONG_LABELS, phases=PHASES,
        title_a=NAMES[0], title_b=NAMES[1],
    ),
    'similarity of one frame': lambda: similarity_figure(
        SHORT[:1], LONG[:1], np.array([[0, 0]]), fps_a=25, fps_b=25
    ),
    'embeddings': lambda: embedding_figure(
        [SHORT, LONG], [SHORT_LABELS, LONG_LABELS], PHASES, NAMES
    ),
    'embeddings of one frame': lambda: embedding_figure([SHORT[:1]]),
    'timeline': lambda: phase_timeline_figure(
        [SHORT_LABELS, LONG_LABELS], [None, LONG_LABELS], PHASES, NAMES, fps=[25, 25]
    ),
    'timeline of one frame': lambda: phase_timeline_figure([[0]]),
    'retrieval': lambda: retrieval_figure(
        TALL, [WIDE, TALL, WIDE], NAMES[0], [*NAMES, PHASES[0]], [True, False, None]
    ),
    'retrieval of one': lambda: retrieval_figure(WIDE, [TALL], 'query', ['gypq']),
    'alignment': lambda: alignment_figure(
        [[TALL] * 8, [WIDE] * 8], [PHASES[:8]] * 2, NAMES, [None, [True, False] * 4]
    ),
    'alignment of one frame': lambda: alignment_figure([[TALL]] * 2, [['q']] * 2, 'ab'),
    'metrics': lambda: metrics_figure([1, 2], METRICS),
    'metrics of one': lambda: metrics_figure([0], [{'a': 0.1}]),
    'loss': lambda: loss_figure([1], [2.0]),
}  # fmt: skip


@pytest.mark.parametrize('case', CASES)
def test_no_text_is_clipped_and_pyplot_stays_as_it_was(case, assert_no_clipped_text):
    before = dict(mpl.rcParams)
    pyplot.close('all')
    figure = CASES[case]()
    assert isinstance(figure, Figure)
    assert pyplot.get_fignums() == []
    assert_no_clipped_text(figure)
    image = figure_to_image(figure)
    assert image.dtype == np.uint8
    assert image.shape[1] == (2132 if case == 'alignment' else 1200)
    # Nothing but white, or the scale's ink, touches the edges of the picture.
    for edge in (image[0], image[-1], image[:, 0], image[:, -1]):
        assert (edge > 250).all(), case
    assert dict(mpl.rcParams) == before
