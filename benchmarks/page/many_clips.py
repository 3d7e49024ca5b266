"""The page of a folder with thousands of clips: how soon the list is there, and memory.

    python benchmarks/page/many_clips.py 2000

Copies of a clip of ten frames are made, the page is opened on them by tools/app.py, and
the list is scrolled to its end while a model reads the clips. Printed are the seconds
from opening the page to its list, and from a jump to the end of the list to its last
thumbnails; the memory of the page (its JavaScript heap) and of the server (resident);
and how many thumbnails were asked for.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from carl_mm.datasets.video_io.video_writer import write_mp4

TOOL = Path(__file__).parents[2] / 'tools' / 'app.py'
LIST_LIMIT_S = 3.0
LOADED = """() => {
    const seen = document.querySelector('[role=listbox]').getBoundingClientRect();
    return [...document.querySelectorAll('[role=option] img')].filter((image) => {
        const {top, bottom} = image.getBoundingClientRect();
        return bottom > seen.top && top < seen.bottom && !image.naturalWidth;
    }).length === 0;
}"""


def make_clips(folder: Path, count: int) -> None:
    """Write copies of a clip of ten frames."""
    frames = np.zeros((10, 48, 64, 3), np.uint8)
    for index, frame in enumerate(frames):
        frame[16:32, 4 * index : 4 * index + 16] = 255
    write_mp4(folder / 'clip 0000.mp4', frames, 10)
    for index in range(1, count):
        shutil.copy(folder / 'clip 0000.mp4', folder / f'clip {index:04}.mp4')


def measure(page: Page, url: str, count: int) -> dict[str, str]:
    """Open the page and scroll; return the figures by name."""
    asked: list[str] = []
    page.on('request', lambda request: asked.append(request.url))
    found, start = {}, time.monotonic()
    page.goto(url)
    listed = page.get_by_role('listbox', name='Videos')
    listed.get_by_role('option', name='clip 0003.mp4').wait_for()
    seconds = time.monotonic() - start
    found['list there'] = f'{seconds:.2f} s (limit {LIST_LIMIT_S:g} s)'
    page.get_by_role('button', name='Skip the tour').click()
    page.wait_for_function(LOADED)
    found['first thumbnails there'] = f'{time.monotonic() - start:.2f} s'
    listed.focus()
    start = time.monotonic()
    page.keyboard.press('End')
    listed.get_by_role('option', name=f'clip {count - 1:04}.mp4').wait_for()
    page.wait_for_function(LOADED)
    found['last thumbnails there'] = f'{time.monotonic() - start:.2f} s'
    page.wait_for_timeout(20_000)  # the list changes with every clip that is read
    number = sum('api/thumbnail' in address for address in asked)
    found['thumbnails asked for'] = f'{number} of {count}'
    lists = sum(bool(re.search(r'api/videos', address)) for address in asked)
    found['lists asked for while clips were read'] = f'{lists}'
    heap = page.evaluate('() => performance.memory.usedJSHeapSize') / 2**20
    found['heap of the page'] = f'{heap:.0f} MB'
    if seconds > LIST_LIMIT_S:
        found['too slow'] = 'yes'
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; return 1 if the list is there too late."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('count', type=int, nargs='?', default=2000)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temp, sync_playwright() as playwright:
        folder = Path(temp) / 'clips'
        make_clips(folder, args.count)
        call = [sys.executable, str(TOOL), str(folder), '--port', '0']
        process = subprocess.Popen(call, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            browser = playwright.chromium.launch(
                executable_path=shutil.which('chromium'),
                args=['--no-sandbox', '--enable-precise-memory-info'],
            )
            page = browser.new_page(locale='en-GB')
            found = measure(page, url, args.count)
            status = Path(f'/proc/{process.pid}/status').read_text()
            (resident,) = re.findall(r'VmRSS:\s+(\d+) kB', status)
            found['memory of the server'] = f'{int(resident) / 1024:.0f} MB'
            browser.close()
        finally:
            process.terminate()
            process.wait(60)
    for name, value in found.items():
        print(f'{name:45}{value}')
    return int('too slow' in found)


if __name__ == '__main__':
    sys.exit(main())
