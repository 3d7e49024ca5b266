"""Figures as pictures."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def figure_to_image(figure: Figure, width: int = 1200) -> np.ndarray:
    """Draw a figure.

    Args:
        figure: Of any size.
        width: Of the picture, in pixels.

    Returns:
        ``(H, width, 3)`` uint8 RGB.
    """
    before = figure.dpi
    figure.set_dpi(width / figure.get_figwidth())
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    image = np.array(canvas.buffer_rgba())[..., :3]
    figure.set_dpi(before)
    return image
