import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from carl_mm.visualization import figure_to_image, loss_figure, similarity_figure

CASES = {
    'similarity': lambda: similarity_figure(np.eye(20, 8) + 0.1, np.eye(300, 8) + 0.1),
    'loss': lambda: loss_figure([1], [2.0]),
}


@pytest.mark.parametrize('case', CASES)
def test_an_image_is_what_savefig_writes(case, tmp_path):
    figure = CASES[case]()
    image = figure_to_image(figure, 600)
    figure.savefig(tmp_path / 'f.png', dpi=600 / figure.get_figwidth())
    saved = (pyplot.imread(tmp_path / 'f.png')[..., :3] * 255).round()
    np.testing.assert_allclose(image, saved, atol=1)


def test_the_figure_stays_as_it_was():
    figure = Figure(figsize=(4, 2), dpi=77)
    image = figure_to_image(figure, 400)
    assert (image.shape, image.dtype) == ((200, 400, 3), np.uint8)
    assert figure.dpi == 77
    assert mpl.rcParams['figure.dpi'] == mpl.rcParamsDefault['figure.dpi']
