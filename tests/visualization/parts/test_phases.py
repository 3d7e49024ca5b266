import cv2
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from carl_mm.visualization import (
    retrieval_figure,
    similarity_figure,
    write_aligned_video,
)
from carl_mm.visualization.parts import fonts
from carl_mm.visualization.parts.fonts import Fonts, columns
from carl_mm.visualization.parts.phases import (
    LEGEND_LINE_INCHES,
    OKABE_ITO,
    add_legend,
    check_labels,
    label_colors,
    phase_colors,
    phase_handles,
    phase_names,
    shorten,
)
from tests.visualization.legends import read_legend
from tests.visualization.made_fonts import CHINESE, LETTERS, make_font


def test_colors_differ_past_the_palette():
    assert phase_colors(8) == [color.lower() for color in OKABE_ITO]
    assert len(set(phase_colors(20))) == 20


# Machado, Oliveira and Fernandes, 2009, severity 1, on linear RGB.
SIGHT = {
    'all cones': np.eye(3),
    'protanopia': [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    'deuteranopia': [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    'tritanopia': [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.mark.parametrize('sight', SIGHT)
def test_twelve_phases_are_told_apart_by_the_colour_blind(sight):
    """2.3 is a just noticeable difference in Lab; neighbours in time differ more."""
    linear = np.array([to_rgb(color) for color in phase_colors(12)])
    linear = np.where(
        linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4
    )
    seen = np.clip(linear @ np.transpose(SIGHT[sight]), 0, 1)
    seen = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)
    lab = cv2.cvtColor(seen[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0]
    gaps = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    assert gaps[np.triu_indices(12, 1)].min() > 8
    assert gaps[np.triu_indices(8, 1)[0], np.triu_indices(8, 1)[1]].min() > 16
    assert np.diag(gaps, 1).min() > 12


def test_a_figure_grows_by_the_lines_of_its_legend():
    figure = Figure(figsize=(12, 5), layout='constrained')
    add_legend(figure, phase_handles([], [f'{i}' * 40 for i in range(7)]))
    assert figure.legends[0]._ncols == 2
    assert figure.get_figheight() == pytest.approx(5 + 3 * LEGEND_LINE_INCHES)


@pytest.mark.parametrize('num_names', [1, 2, 6, 7, 8, 11, 12, 13, 20])
@pytest.mark.parametrize('below', [False, True])
def test_a_legend_reads_line_by_line(num_names, below):
    """What is drawn, read as a page is: by lines, each from the left."""
    names = [f'phase {index}' for index in range(num_names)]
    handles = phase_handles([], names)
    figure = Figure(figsize=(12, 5), layout='constrained')
    add_legend(figure, handles, below=below)
    assert read_legend(figure) == names
    (legend,) = figure.legends
    drawn = dict(zip(legend.get_texts(), legend.get_patches(), strict=True))
    colors = {text.get_text(): to_hex(p.get_facecolor()) for text, p in drawn.items()}
    assert colors == dict(zip(names, phase_colors(num_names), strict=True))


def test_label_colors_and_unlabelled():
    colors = label_colors(np.array([1, -1, 0]), 2)
    expected = [(0x56, 0xB4, 0xE9), (0xBB, 0xBB, 0xBB), (0xE6, 0x9F, 0x00)]
    np.testing.assert_allclose(colors * 255, expected)
    assert label_colors(np.array([-1]), 0).shape == (1, 3)


def test_labels_and_names():
    assert check_labels([0, -7, 1], 3, 'labels').tolist() == [0, -1, 1]
    with pytest.raises(ValueError, match=r'labels_a .* per frame \(4\).*\(3,\)'):
        check_labels([0, 1, 1], 4, 'labels_a')
    labels = [np.array([0, 2])]
    assert phase_names(labels, None) == ['phase 0', 'phase 1', 'phase 2']
    assert phase_names([], ['x']) == ['x']
    with pytest.raises(ValueError, match='label 2 is none of the 2 phases'):
        phase_names(labels, ['x', 'y'])


def test_the_legend_names_unlabelled_frames_only_where_there_are_some():
    labels = np.array([0, 1])
    assert [h.get_label() for h in phase_handles([labels], ['x', 'y'])] == ['x', 'y']
    handles = phase_handles([labels, np.array([-1])], ['x', 'y'])
    assert handles[-1].get_label() == 'unlabelled'


@pytest.mark.parametrize('name', ['a$^$.mp4', 'a_$5_\\$6$^.mp4', 'ü\udcff.mp4'])
def test_names_are_shown_as_they_are(name, tmp_path):
    figure = similarity_figure(np.eye(2), np.eye(2), title_a=name)
    figure.savefig(tmp_path / 'similarity.png')
    picture = np.zeros((8, 8, 3), np.uint8)
    figure = retrieval_figure(picture, [picture], name, [name])
    figure.savefig(tmp_path / 'retrieval.png')
    frames = np.zeros((2, 64, 64, 3), np.uint8)
    path = np.array([[0, 0], [1, 1]])
    write_aligned_video(
        tmp_path / 'a.mp4', frames, frames, path, 5.0, names=(name,) * 2
    )


def test_shorten_keeps_both_ends():
    assert shorten('abcdef', 6) == 'abcdef'
    assert shorten('abcdefg', 6) == 'abc…fg'


def test_a_name_of_wide_letters_is_cut_by_its_width(monkeypatch, tmp_path):
    file = make_font(tmp_path / 'made.ttf', LETTERS)
    monkeypatch.setattr(fonts, 'FONTS', Fonts(lambda: [file]))
    name = CHINESE * 4 + '.mp4'
    assert shorten(name, 20) == name
    cut = shorten(name, 12)
    assert cut == '倒水倒….mp4'
    assert columns(cut) == 11
