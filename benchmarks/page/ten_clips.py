"""Ten clips to insight in ten minutes: the page of a built wheel, used as people do.

    python benchmarks/page/ten_clips.py my_clips --truth labels.csv
    python benchmarks/page/ten_clips.py my_clips --truth labels.csv --python PYTHON

A wheel is built and installed into a new virtual environment (or one is there). Its
page is opened on a folder of clips without labels, and driven in Chromium by what a
person sees: roles and names. Two clips are shown in step; a model is trained; meanwhile
phases are painted on one clip, those of the labels CSV. All are put on one timeline and
played; phases are carried, and what comes of it is saved. Then the commands do the same
by the project that the page has left. The table tells the seconds since the server was
started, and the event error of both: how far the first frame of a phase (or of a later
one) is off, as a share of the video, on average.
"""

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright
from steps import Table, User

from carl_mm.functional import phase_starts

ROOT = Path(__file__).parents[2]
LIMITS_S = {'first alignment': 60, 'all exported': 600}
TOOL = 'import runpy, sys; from carl_mm.apis.shipped_files import shipped; '
TOOL += "sys.argv[0] = str(shipped('tools') / sys.argv.pop(1)); "
TOOL += "runpy.run_path(sys.argv[0], run_name='__main__')"


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('folder', type=Path, help='clips, which nothing was done with before')
    add('--truth', type=Path, required=True, metavar='CSV', help='labels of all clips')
    add('--paint', metavar='NAME', help='clip to paint (default: the first)')
    add('--python', type=Path, help='of an environment that has the wheel already')
    add('--screenshots', type=Path, metavar='DIR', help='folder for pictures')
    return parser.parse_args(arguments)


def read_rows(path: Path) -> Table:
    """Read a table of phases: rows of first frame, last frame and phase by clip."""
    found: Table = {}
    with path.open(newline='') as file:
        for row in csv.DictReader(file):
            span = int(row['first_frame']), int(row['last_frame']), row['phase']
            found.setdefault(row['filename'], []).append(span)
    return {name: sorted(rows) for name, rows in found.items()}


def event_error(found: Table, truth: Table) -> float:
    """Return the mean distance of phases' starts, as a share of the video.

    Args:
        found: Rows of the clips to judge.
        truth: Their true rows, and those of others; they tell the order of phases.

    Raises:
        ValueError: There is no clip to judge.
    """
    if not found:
        raise ValueError('no clip was exported')
    starts: dict[str, list[int]] = {}
    for rows in truth.values():
        for first, _, phase in rows:
            starts.setdefault(phase, []).append(first)
    order = sorted(starts, key=lambda phase: float(np.mean(starts[phase])))
    errors = []
    for name, rows in found.items():
        length = truth[name][-1][1] + 1
        a, b = (
            phase_starts(_dense(each, order, length), len(order))
            for each in (rows, truth[name])
        )
        errors += (np.abs(a - b) / length).tolist()
    return float(np.mean(errors))


def _dense(
    rows: list[tuple[int, int, str]], order: list[str], length: int
) -> list[int]:
    labels = np.full(length, -1)
    for first, last, phase in rows:
        labels[first : last + 1] = order.index(phase)
    return [int(label) for label in labels]


def install(folder: Path) -> Path:
    """Build a wheel and install it with all that the page needs; return the Python."""
    pip = ['-m', 'pip', '--disable-pip-version-check']
    build = ['wheel', '-q', '--no-deps', '-w', folder, ROOT]
    subprocess.run([sys.executable, *pip, *build], check=True)
    (wheel,) = folder.glob('carl_mm-*.whl')
    venv.create(folder / 'venv', with_pip=True)
    python = folder / 'venv' / 'bin' / 'python'
    subprocess.run([python, *pip, 'install', '-q', f'{wheel}[app]'], check=True)
    return python


def command(python: Path, name: str) -> list[str]:
    """Return how a tool of the wheel is called: carl-mm, or the tool that it has."""
    script = python.parent / 'carl-mm'
    if script.exists():
        return [str(script), name.replace('_', '-')]
    return [str(python), '-c', TOOL, f'{name}.py']


def environment() -> dict[str, str]:
    """Return this process's, in which only the wheel is found."""
    return {name: value for name, value in os.environ.items() if name != 'PYTHONPATH'}


@contextmanager
def served(python: Path, folder: Path) -> Iterator[tuple[str, float]]:
    """Serve the page; yield its address and when its process was started."""
    start = time.monotonic()
    call = [*command(python, 'app'), str(folder), '--port', '0']
    process = subprocess.Popen(
        call, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), start
    finally:
        process.terminate()
        process.wait(60)


def use_page(page: Page, args: argparse.Namespace, truth: Table, start: float) -> Table:
    """Do all that the table tells; return the clips' rows as exported."""
    user = User(page, start, args.screenshots)
    user.see_first_alignment()
    user.begin_training()
    painted = args.paint or min(path.name for path in args.folder.glob('*.mp4'))
    user.paint(painted, truth[painted])
    user.see_training_end(len(truth))
    user.play_all()
    exported = user.carry_and_export(args.out, len(truth) - 1)
    user.save_videos(args.out)
    for name, seconds in user.seconds.items():
        limit = LIMITS_S.get(name)
        note = f' (limit {limit} s)' if limit else ''
        print(f'{name:45}{seconds:8.1f} s{note}')
    rows = read_rows(exported)
    return {name: rows[name] for name in rows if name != painted}


def by_commands(python: Path, args: argparse.Namespace) -> Table:
    """Return the rows that the command gives for what the page has left."""
    project, out = args.folder / '.carl_mm', args.out / 'commands.csv'
    call = [*command(python, 'label_phases'), str(project / 'models' / 'trained-1')]
    call += ['--labels', str(project / 'labels.csv'), '--videos', str(args.folder)]
    call += ['--out', str(out)]
    subprocess.run(call, cwd=args.out, env=environment(), check=True)
    return read_rows(out)


def main(arguments: list[str] | None = None) -> int:
    """Run it all; return 1 if a limit is exceeded or page and commands differ."""
    args = parse_args(arguments)
    args.folder = args.folder.resolve()
    names = {path.name for path in args.folder.glob('*.mp4')}
    truth = {
        name: rows for name, rows in read_rows(args.truth).items() if name in names
    }
    with tempfile.TemporaryDirectory() as temp, sync_playwright() as playwright:
        args.out = Path(temp)
        python = args.python.absolute() if args.python else install(args.out)
        browser = playwright.chromium.launch(
            executable_path=shutil.which('chromium'), args=['--no-sandbox']
        )
        with served(python, args.folder) as (url, start):
            view = {'width': 1400, 'height': 900}
            page = browser.new_page(viewport=view, locale='en-GB')
            errors: list[str] = []
            page.on('pageerror', lambda error: errors.append(str(error)))
            page.goto(url)
            found = use_page(page, args, truth, start)
            seconds = time.monotonic() - start
            browser.close()
        theirs = by_commands(python, args)
    ours, others = event_error(found, truth), event_error(theirs, truth)
    print(f'{"event error, page":45}{ours:8.4f}   of {len(found)} clips')
    print(f'{"event error, commands":45}{others:8.4f}   of {len(theirs)} clips')
    problems = [f'script error: {error}' for error in errors]
    if found != theirs:
        problems.append('the page and the commands give other rows')
    if seconds > LIMITS_S['all exported']:
        problems.append(f'it took {seconds:.0f} s')
    for problem in problems:
        print(re.sub(r'\s+', ' ', problem), file=sys.stderr)
    return int(bool(problems))


if __name__ == '__main__':
    sys.exit(main())
