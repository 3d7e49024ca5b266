"""Turn figures into pictures."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DPI = 100


def figure_to_image(figure: Figure, width: int | None = None) -> np.ndarray:
    """Turn a figure into a picture.

    Args:
        figure: A figure of any size; it is left as it is.
        width: Width of the picture, in pixels; by default 100 an inch, which is 1,200
            but for sheets of many frames in a row.

    Returns:
        ``(H, W, 3)`` uint8 RGB.
    """
    before = figure.dpi
    figure.set_dpi(DPI if width is None else width / figure.get_figwidth())
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    buffer = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    image = np.array(buffer)[..., :3]
    figure.set_dpi(before)
    return image
