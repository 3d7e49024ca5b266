"""Draw how data flows through carl_mm: python docs/draw_data_flow.py.

Writes docs/images/data_flow.svg. Names in boxes are names that a package exports;
tests/test_docs.py checks this, and that the picture is the script's.
"""

from dataclasses import dataclass
from html import escape
from pathlib import Path

TARGET = Path(__file__).parent / 'images' / 'data_flow.svg'
WIDTH, HEIGHT = 860, 600
BOX_WIDTH, LINE = 196, 17
COLORS = {'datasets': '#fdebd0', 'models': '#d6eaf8', 'use': '#d5f5e3'}
COLORS |= {'evaluation': '#f5e0f0', 'plain': '#ffffff'}


@dataclass(frozen=True)
class Box:
    """A rectangle with text, centred at ``(x, y)``, in pixels."""

    x: int
    y: int
    kind: str
    names: tuple[str, ...]  # exported by carl_mm, in bold
    note: str = ''

    @property
    def height(self) -> int:
        """Height in pixels."""
        return LINE * (len(self.names) + bool(self.note)) + 14


LEFT, MIDDLE, RIGHT = 110, 430, 750
VIDEO = Box(MIDDLE, 35, 'plain', (), 'a video file or a folder of images')
OPENED = Box(MIDDLE, 100, 'datasets', ('FramewiseVideoDataset', 'OpenVideo'))
VIEWS = Box(LEFT, 170, 'datasets', ('DualViewTemporalCrop', 'DecodeViews'))
WHOLE = Box(RIGHT, 170, 'datasets', ('WholeVideo', 'EvaluationCuts'))
PACKED = Box(MIDDLE, 240, 'datasets', ('PackFramewiseInputs',))
INPUTS = Box(MIDDLE, 305, 'models', ('FramewiseDataPreprocessor',))
NETWORK = Box(
    MIDDLE, 385, 'models', ('FramewiseRecognizer', 'TemporalTransformer'), 'backbone'
)
LOSS = Box(LEFT, 525, 'models', ('SequenceContrastiveLoss',), 'or another loss')
METRICS = Box(
    MIDDLE,
    525,
    'evaluation',
    ('PhaseClassification', 'KendallsTau', 'FrameRetrieval', 'AlignmentError'),
    'and others',
)
USE = Box(
    RIGHT,
    525,
    'use',
    ('VideoEmbedding', 'align', 'FrameIndex', 'PhaseLabeler', 'DeviationDetector'),
)
BOXES = (VIDEO, OPENED, VIEWS, WHOLE, PACKED, INPUTS, NETWORK, LOSS, METRICS, USE)
ARROWS = (
    (VIDEO, OPENED, ''),
    (OPENED, VIEWS, 'training: two crops'),
    (OPENED, WHOLE, 'testing and use'),
    (VIEWS, PACKED, 'frame_inds, valid (2, T)'),
    (WHOLE, PACKED, 'a stream of all frames'),
    (PACKED, INPUTS, 'uint8 (B, 2, T, 3, H, W)'),
    (INPUTS, NETWORK, 'normalised frames'),
    (NETWORK, LOSS, 'training: (B, 2, T, D)'),
    (NETWORK, METRICS, 'testing: (T, D) and controls'),
    (NETWORK, USE, 'FramewiseInferencer'),
)


def draw_box(box: Box) -> list[str]:
    """Return the SVG elements of a box."""
    left, top = box.x - BOX_WIDTH // 2, box.y - box.height // 2
    width = BOX_WIDTH if box.names else 240
    left = box.x - width // 2
    lines = [(name, 'bold') for name in box.names]
    lines += [(box.note, 'normal')] if box.note else []
    parts = [
        f'<rect x="{left}" y="{top}" width="{width}" height="{box.height}" rx="6" '
        f'fill="{COLORS[box.kind]}" stroke="#555"/>'
    ]
    for number, (text, weight) in enumerate(lines):
        y = top + 20 + LINE * number
        parts.append(
            f'<text x="{box.x}" y="{y}" font-weight="{weight}">{escape(text)}</text>'
        )
    return parts


def draw_arrow(start: Box, end: Box, label: str) -> list[str]:
    """Return the SVG elements of an arrow from one box to another below it."""
    gap = 6  # of the arrow's head
    top = end.y - end.height // 2 - gap
    if start.x == end.x:
        below = start.y + start.height // 2
        path = f'M{start.x} {below} V{top}'
        x, y, anchor = start.x + 8, (below + top) // 2 + 6, 'start'
    else:
        side = 1 if end.x > start.x else -1
        if start.x == MIDDLE:  # sideways, then down
            edge, corner, y = start.x + side * BOX_WIDTH // 2, end.x, start.y
            path = f'M{edge} {y} H{corner} V{top}'
        else:  # down, then sideways
            edge, corner, y = end.x - side * (BOX_WIDTH // 2 + gap), start.x, end.y
            path = f'M{corner} {start.y + start.height // 2} V{y} H{edge}'
        x, y, anchor = (edge + corner) // 2, y - 7, 'middle'
    arrow = f'<path d="{path}" fill="none" stroke="#555" marker-end="url(#head)"/>'
    text = f'<text x="{x}" y="{y}" class="label" text-anchor="{anchor}">'
    return [arrow, *([f'{text}{escape(label)}</text>'] if label else [])]


def draw() -> str:
    """Return the picture as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
        'font-size="13" text-anchor="middle">',
        '<style>.label { font-size: 12px; fill: #555; }</style>',
        '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="2" refY="4" '
        'orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#555"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for arrow in ARROWS:
        parts += draw_arrow(*arrow)
    for box in BOXES:
        parts += draw_box(box)
    return '\n'.join([*parts, '</svg>', ''])


if __name__ == '__main__':
    TARGET.write_text(draw(), 'utf-8')
