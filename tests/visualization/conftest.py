import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg


@pytest.fixture
def assert_no_clipped_text():
    """Checks that all that is drawn, texts too, stands inside of the figure."""

    def check(figure):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        box = figure.get_tightbbox(canvas.get_renderer())  # in inches
        width, height = figure.get_size_inches()
        edge = 0.02
        assert box.x0 >= -edge and box.y0 >= -edge, box
        assert box.x1 <= width + edge and box.y1 <= height + edge, box

    return check
