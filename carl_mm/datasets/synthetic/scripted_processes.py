"""The scripted processes that synthetic videos show."""

from carl_mm.datasets.synthetic.process import Phase, Process
from carl_mm.datasets.synthetic.shapes import ELLIPSE, box, polygon

_CUP = polygon(-0.2, -0.3, 0.2, -0.3, 0.16, 0.3, -0.16, 0.3)
_SPOUT = polygon(0.18, -0.3, 0.36, -0.27, 0.18, -0.08)
_POT = polygon(-0.02, 0.18, 0.62, 0.18, 0.55, 0.5, 0.05, 0.5)

PROCESSES = (
    Process(
        'pour',
        start=(-0.5, 0.3, 0),
        grip=(-0.22, 0.0),
        item=(_CUP, _SPOUT),
        fixture=(polygon(0.2, 0.2, 0.8, 0.2, 0.68, 0.6, 0.32, 0.6),),
        phases=(
            Phase('reach', near=1),
            Phase('tilt', x=0.05, y=-0.35, angle=105),
            Phase('pour', flow=1, wave=(0.03, 0.03, 8)),
            Phase('untilt', x=-0.5, y=0.3, angle=0),
            Phase('bring', x=0.0, y=0.3, scale=2.0),
            Phase('let_go', near=0),
        ),
        look_alike=('tilt', 'untilt'),
        mouth=(0.2, -0.3),
    ),
    Process(
        'open_drawer',
        start=(0.3, 0.1, 0),
        grip=(-0.24, 0.0),
        item=(box(0.36, 0.26), box(0.08, 0.08, -0.2)),
        fixture=(box(0.55, 0.85, 0.5, 0.1), box(0.45, 0.3, 0.42, 0.1)),
        phases=(
            Phase('reach', near=1),
            Phase('pull', x=-0.25),
            Phase('search', near=0.55, wave=(0.03, 0.0, 0)),
            Phase('grip', near=1),
            Phase('push', x=0.3),
        ),
        look_alike=('pull', 'push'),
    ),
    Process(
        'stir',
        start=(-0.55, 0.42, 80),
        grip=(0.0, -0.5),
        item=(box(0.05, 0.55, 0, -0.25), 0.12 * ELLIPSE),
        fixture=(_POT,),
        phases=(
            Phase('reach', near=1),
            Phase('carry', x=0.3, y=-0.2, angle=0),
            Phase('dip', y=0.22),
            Phase('stir', wave=(0.17, 0.04, 14)),
            Phase('draw_out', y=-0.2),
            Phase('put_back', x=-0.55, y=0.42, angle=80),
        ),
        look_alike=('dip', 'draw_out'),
    ),
    Process(
        'hammer',
        start=(0.1, 0.3, -20),
        grip=(-0.5, 0.0),
        item=(box(0.6, 0.07, -0.25), box(0.13, 0.3, 0.05)),
        fixture=(box(0.5, 0.12, 0.25, 0.54), box(0.05, 0.12, 0.2, 0.45)),
        phases=(
            Phase('reach', near=1),
            Phase('raise', x=-0.25, y=-0.35, angle=-85),
            Phase('aim', wave=(0.03, 0.03, 6)),
            Phase('swing_down', x=0.1, y=0.3, angle=-20),
            Phase('tap', wave=(0.05, 0.1, 22)),
            Phase('let_go', near=0),
        ),
        look_alike=('raise', 'swing_down'),
    ),
    Process(
        'wipe',
        start=(-0.55, 0.38, 0),
        grip=(0.0, -0.1),
        item=(box(0.3, 0.13), box(0.3, 0.05, 0, 0.07)),
        fixture=(box(1.1, 0.9, 0.15, -0.1), box(0.95, 0.75, 0.15, -0.1)),
        phases=(
            Phase('reach', near=1),
            Phase('raise', x=-0.2, y=-0.35, angle=0),
            Phase('wipe_right', x=0.5),
            Phase('scrub', wave=(0.08, 0.12, 10)),
            Phase('wipe_left', x=-0.2),
            Phase('put_back', x=-0.55, y=0.38),
        ),
        look_alike=('wipe_right', 'wipe_left'),
    ),
    Process(
        'pull_lever',
        start=(0.2, 0.35, -50),
        grip=(0.0, -0.62),
        item=(box(0.08, 0.65, 0, -0.3), 0.1 * ELLIPSE + [0, -0.62]),
        fixture=(box(0.6, 0.25, 0.2, 0.45), 0.14 * ELLIPSE + [0.2, 0.35]),
        phases=(
            Phase('reach', near=1),
            Phase('pull', angle=50),
            Phase('let_go', near=0.3),
            Phase('grip', near=1),
            Phase('push_back', angle=-50),
            Phase('shake', wave=(0, 0, 9)),
        ),
        look_alike=('pull', 'push_back'),
    ),
    Process(
        'open_lid',
        start=(0.45, 0.05, 0),
        grip=(-0.68, -0.03),
        item=(box(0.72, 0.09, -0.34), box(0.1, 0.1, -0.66, -0.03)),
        fixture=(box(0.75, 0.45, 0.1, 0.32), box(0.5, 0.2, 0.1, 0.32)),
        phases=(
            Phase('reach', near=1),
            Phase('open', angle=110),
            Phase('leave', near=0.2),
            Phase('return', near=1),
            Phase('close', angle=0),
            Phase('press', wave=(0, 0.01, 4)),
        ),
        look_alike=('open', 'close'),
    ),
    Process(
        'unlock',
        start=(-0.55, -0.1, 40),
        grip=(-0.3, 0.0),
        item=(
            0.15 * ELLIPSE + [-0.3, 0],
            box(0.4, 0.07),
            polygon(0.1, 0.02, 0.2, 0.02, 0.2, 0.16, 0.1, 0.16),
        ),
        fixture=(box(0.4, 1.1, 0.55, 0.05), 0.12 * ELLIPSE + [0.5, 0.1]),
        phases=(
            Phase('reach', near=1),
            Phase('aim', x=0.05, y=0.1, angle=0),
            Phase('insert', x=0.35),
            Phase('turn', angle=120),
            Phase('turn_back', angle=0),
            Phase('pull_out', x=0.05),
            Phase('put_back', x=-0.55, y=-0.1, angle=40),
        ),
        look_alike=('turn', 'turn_back'),
    ),
)
