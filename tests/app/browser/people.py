"""What people see and do on the page, by roles and names."""

import importlib.util
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser')
AXE = os.environ.get('CARL_MM_AXE', '')  # axe.min.js of the npm package axe-core
NEEDS_CHROMIUM = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec('playwright') is None,
    reason='Chromium or playwright is not installed',
)
TABS = ('Align two', 'Timeline', 'Find', 'Phases', 'Deviations', 'Train')


@contextmanager
def chromium():
    """A browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        launched = started.chromium.launch(
            executable_path=CHROMIUM,
            args=['--no-sandbox', '--enable-precise-memory-info'],
        )
        yield launched
        launched.close()


def opened(browser, url, **context):
    """A page whose script errors fail the test as it is closed."""
    own = browser.new_context(viewport={'width': 1400, 'height': 900}, **context)
    page = own.new_page()
    page.set_default_timeout(20_000)
    page.errors = []
    page.on('pageerror', lambda error: page.errors.append(str(error)))
    page.goto(url)
    return page


def tab(page, name):
    page.get_by_role('tab', name=name, exact=True).click()


def button(page, name, exact=True):
    return page.get_by_role('button', name=name, exact=exact)


def play_by_space(page):
    page.get_by_role('tab', name='Phases').focus()
    page.keyboard.press(' ')
    page.wait_for_function(
        "() => [...document.querySelectorAll('video')].some(v => v.currentTime > 0.1)"
    )


def row(page, name):
    return page.get_by_role('listbox', name='Videos').get_by_role('option', name=name)


def player(page, label):
    return page.get_by_role('figure', name=label, exact=True)


def stands_at(page, label, frame):
    """Wait until the picture itself is at a frame, by its time; 25 frames a second."""
    page.wait_for_function(
        """([video, frame]) => !video.seeking
        && Math.floor(video.currentTime * 25) === frame""",
        arg=[player(page, label).locator('video').element_handle(), frame],
    )


def drag(page, strip, start, end):
    box = strip.bounding_box()
    height = box['y'] + box['height'] / 2
    page.mouse.move(box['x'] + start * box['width'] + 1, height)
    page.mouse.down()
    page.mouse.move(box['x'] + end * box['width'] - 1, height, steps=6)
    page.mouse.up()


def add_phases(page, *names):
    for name in names:
        page.get_by_label('Name of a new phase').fill(name)
        button(page, 'Add').click()


def saved(page):
    page.get_by_role('status').get_by_text('saved', exact=True).wait_for()


def strip(page):
    return page.get_by_role('slider', name='Phases of the video')


def check(page, picture, width):
    page.screenshot(path=picture, full_page=True)
    assert page.evaluate('document.documentElement.scrollWidth') <= width
    low = page.evaluate(
        """() => [...document.querySelectorAll(
            'button, select, summary, [role=slider]')]
        .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 32)
        .map((e) => e.outerHTML.slice(0, 90))"""
    )
    assert low == []
    if AXE:
        page.evaluate(Path(AXE).read_text())
        found = page.evaluate("""async () => (await axe.run(document)).violations
            .filter(({impact}) => ['serious', 'critical'].includes(impact))
            .map(({id, nodes}) => `${id}: ${nodes[0].html}`)""")
        assert found == []
