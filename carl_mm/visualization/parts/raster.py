"""Turn figures into pictures."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def figure_to_image(figure: Figure, width: int = 1200) -> np.ndarray:
    """Turn a figure into a picture.

    Args:
        figure: A figure of any size; it is left as it is.
        width: Width of the picture, in pixels.

    Returns:
        ``(H, width, 3)`` uint8 RGB.
    """
    before = figure.dpi
    figure.set_dpi(width / figure.get_figwidth())
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    buffer = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    image = np.array(buffer)[..., :3]
    figure.set_dpi(before)
    return image
