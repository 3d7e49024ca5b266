"""The page as people use it, in headless Chromium."""

import csv
import re
import shutil

import numpy as np
import pytest
from matplotlib.colors import to_hex

from carl_mm.visualization.parts.phases import phase_colors
from tests.app.conftest import LENGTHS
from tests.app.test_playable import write

playwright = pytest.importorskip('playwright.sync_api')
pytest.importorskip('gradio')
CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser')
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason='Chromium is not installed'),
]
WIDTHS = (1200, 800, 390)


@pytest.fixture(scope='module')
def browser():
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(
            executable_path=CHROMIUM, args=['--no-sandbox']
        )
        yield launched
        launched.close()


@pytest.fixture
def page(browser, running):
    """The page once its videos are there; it asks only its own server."""
    opened = browser.new_page(viewport={'width': 1200, 'height': 900})
    opened.set_default_timeout(120_000)
    elsewhere, errors = [], []

    def answer(route):
        if route.request.url.startswith((running.url, 'blob:', 'data:')):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    opened.route('**/*', answer)
    opened.on('pageerror', lambda error: errors.append(str(error)))
    opened.goto(running.access.url)
    loaded(opened, 'First video', 'Second video')
    yield opened
    opened.close()
    assert elsewhere == []
    assert errors == []


def player(page, label):
    figures = page.locator('figure.carl-player:visible')
    return figures.filter(has=page.locator(f'figcaption:has-text("{label}:")'))


def loaded(page, *labels):
    for label in labels:
        player(page, label).locator('input:enabled').wait_for()


def shows(page, caption):
    page.locator('figcaption:visible').get_by_text(caption, exact=True).wait_for()


def move(page, label, frame):
    slider = player(page, label).locator('input')
    slider.fill(str(frame))


def stands_at(page, label, frame):
    """Wait until the picture itself is at a frame, by its time; 25 frames a second."""
    page.wait_for_function(
        """([video, frame]) => !video.seeking
        && Math.floor(video.currentTime * 25) === frame""",
        arg=[player(page, label).locator('video').element_handle(), int(frame)],
        timeout=60_000,
    )


def choose(page, label, name):
    box = page.get_by_label(label, exact=True)
    box.fill(name)
    # Not Enter: on a busy machine it comes before the list was narrowed.
    options = page.locator(f'#{box.get_attribute("aria-controls")}')
    options.get_by_role('option', name=name, exact=True).click()


def screenshots(page, folder, name):
    """Save the page at both widths; nothing may stick out or be cut off."""
    for width in WIDTHS:
        page.set_viewport_size({'width': width, 'height': 900})
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f'{name}_{width}.png')
        assert page.evaluate('document.documentElement.scrollWidth') <= width
        cut = page.evaluate(
            """() => [...document.querySelectorAll('[class*=carl-], button, label')]
            .filter((e) => e.offsetParent && e.clientWidth > 8
                && e.scrollWidth > e.clientWidth + 1 && e.tagName !== 'INPUT')
            .map((e) => `${e.className}: ${e.textContent.slice(0, 60)}`)"""
        )
        assert cut == []
        assert not page.locator('footer .divider').first.is_visible()
        rows, pickers = (
            page.locator('.carl-row > *:visible'),
            page.get_by_role('listbox'),
        )
        for part in rows.all():
            box = part.bounding_box()
            assert box['width'] > 40
            assert box['x'] + box['width'] <= width
        for box in [picker.bounding_box() for picker in pickers.all()]:
            assert box is None or box['width'] > 150  # the arrow takes 40 of it
    page.set_viewport_size({'width': WIDTHS[0], 'height': 900})


def test_two_videos_in_step(page, running, tmp_path):
    screenshots(page, tmp_path, 'start')
    choose(page, 'First video', 'b.mp4')
    choose(page, 'Second video', 'c.mp4')
    shows(page, 'First video: b.mp4')
    shows(page, 'Second video: c.mp4')
    loaded(page, 'First video', 'Second video')
    move(page, 'First video', 20)
    stands_at(page, 'First video', 20)
    stands_at(page, 'Second video', 0)  # not aligned yet
    page.get_by_role('button', name='Align', exact=True).click()
    page.get_by_text('In step.').wait_for()
    from carl_mm.apis import align

    b, c = running.library.video('b.mp4'), running.library.video('c.mp4')
    found = align(b, c)
    stands_at(page, 'First video', 20)  # where it was
    stands_at(page, 'Second video', found.frame_inds_b[20])
    for frame in (0, 9, 20, 30):
        move(page, 'First video', frame)
        stands_at(page, 'First video', frame)
        stands_at(page, 'Second video', found.frame_inds_b[frame])
        warped = int(found.warped_timestamps[frame] * 25 + 0.5)
        stands_at(page, 'Second video', warped)
    for frame in (4, 25):
        move(page, 'Second video', frame)
        stands_at(page, 'First video', found.frame_inds_a[frame])
    screenshots(page, tmp_path, 'align')
    move(page, 'First video', 0)
    player(page, 'First video').get_by_role('button', name='Play').click()
    end = page.locator('output', has_text='frame 30 of 31')
    end.wait_for()  # it plays to its end, and takes the other along
    stands_at(page, 'Second video', found.frame_inds_b[30])
    page.get_by_role('button', name='Which videos are most like the first?').click()
    rows = page.locator('.carl-ranking li')
    rows.first.wait_for()
    others = [name for name in running.library.names if name != 'b.mp4']
    shown = [text.split(': score')[0] for text in rows.all_text_contents()]
    assert sorted(shown) == sorted(others)
    screenshots(page, tmp_path, 'ranking')


def test_a_moment_is_found_and_played(page, running, tmp_path):
    page.get_by_role('tab', name='Find a moment').click()
    choose(page, 'Video that shows the moment', 'b.mp4')
    loaded(page, 'Look for')
    shows(page, 'Look for: b.mp4')
    move(page, 'Look for', 17)
    page.get_by_role('button', name='Find', exact=True).click()
    page.locator('.carl-card').first.wait_for()
    from carl_mm.apis import FrameIndex

    index = FrameIndex(running.library.video(name) for name in running.library.names)
    hits = index.query('b.mp4', frame=17, k=12, gap_s=0.5)
    cards = page.locator('.carl-card')
    assert cards.count() == len(hits)
    assert f'1. {hits[0].filename}' in cards.first.inner_text()
    assert f'{hits[0].timestamp:.2f} s' in cards.first.inner_text()
    page.wait_for_function(
        """() => [...document.querySelectorAll('.carl-card img')]
        .every((image) => image.naturalWidth > 0)"""
    )
    cards.first.click()
    shows(page, f'Found: {hits[0].filename}')
    loaded(page, 'Found')
    page.wait_for_function(  # it plays on from there
        """([first]) => [...document.querySelectorAll('video')].some((video) =>
        video.played.length && video.currentTime >= first)""",
        arg=[hits[0].timestamp],
    )
    screenshots(page, tmp_path, 'find')


def paint(page, start, end):
    """Drag over the bar, from one share of its width to another."""
    bar = page.locator('.carl-bar')
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    height = box['y'] + box['height'] / 2
    page.mouse.move(box['x'] + start * box['width'] + 1, height)
    page.mouse.down()
    page.mouse.move(box['x'] + end * box['width'] - 1, height, steps=6)
    page.mouse.up()


def swatches(page):
    colors = page.locator('.carl-swatch').evaluate_all(
        '(parts) => parts.map((part) => getComputedStyle(part).backgroundColor)'
    )
    parts = [re.findall(r'\d+', color) for color in colors]
    return [to_hex([int(value) / 255 for value in color]) for color in parts]


def test_phases_are_carried_corrected_and_exported(page, running, tmp_path):
    page.get_by_role('tab', name='Phases').click()
    choose(page, 'Video to paint', 'a.mp4')
    shows(page, 'Video: a.mp4')
    loaded(page, 'Video')
    names = page.get_by_label('Names of the phases')
    names.fill('reach, pour')
    names.press('Tab')
    # The colours of the pictures, though the page began with phases of other names.
    assert swatches(page)[:2] == phase_colors(2)
    page.get_by_role('button', name='Carry to all videos').click()
    page.get_by_text('no video is labelled yet').wait_for()
    paint(page, 0, 0.5)
    page.get_by_role('button', name='pour', exact=True).click()
    paint(page, 0.5, 1)
    page.get_by_text('reach 0 to 9, pour 10 to 19').wait_for()
    names.fill('pour, tilt')  # what is painted keeps its colour
    names.press('Tab')
    assert swatches(page)[:2] == phase_colors(3)[1:]
    page.get_by_text('reach 0 to 9, pour 10 to 19').wait_for()
    names.fill('reach, pour')
    names.press('Tab')
    page.get_by_role('button', name='Carry to all videos').click()
    page.locator('.carl-row', has_text='c.mp4').wait_for()
    page.get_by_role('button', name='Open c.mp4').click()
    shows(page, 'Video: c.mp4')
    loaded(page, 'Video')
    move(page, 'Video', 13)
    page.get_by_role('button', name='Paint from this frame to the end').click()
    page.locator('.carl-row', has_text='c.mp4').get_by_text('painted by you').wait_for()
    page.evaluate('window.scrollTo(0, 0)')
    screenshots(page, tmp_path, 'phases')
    with page.expect_download() as download:
        page.get_by_role('button', name='Export CSV').click()
    assert download.value.suggested_filename == 'phases.csv'
    text = download.value.path().read_text()
    table = list(csv.reader(text.splitlines()))
    assert table[0] == ['filename', 'first_frame', 'last_frame', 'phase']
    rows = {}
    for name, first, last, phase in table[1:]:
        rows.setdefault(name, []).append((int(first), int(last), phase))
    assert rows['a.mp4'] == [(0, 9, 'reach'), (10, 19, 'pour')]
    assert rows['c.mp4'][-1] == (13, 25, 'pour') or rows['c.mp4'][-1][0] < 13
    from carl_mm.apis import align

    a, b = running.library.video('a.mp4'), running.library.video('b.mp4')
    expected = align(a, b).transfer(np.repeat([0, 1], 10))
    got = np.full(LENGTHS[1], -1)
    for first, last, phase in rows['b.mp4']:
        got[first : last + 1] = ['reach', 'pour'].index(phase)
    assert got.tolist() == expected.tolist()


def test_deviations_are_shown(page, tmp_path):
    page.get_by_role('tab', name='Deviations').click()
    loaded(page, 'Video')
    page.get_by_role('button', name='Judge', exact=True).click()
    page.locator('.carl-chart').wait_for()
    page.get_by_text('references. The blue line').wait_for()
    chart = page.locator('.carl-chart')
    box = chart.bounding_box()
    chart.scroll_into_view_if_needed()
    # In the middle of the axes, which are 56 pixels in from the left and 12 right.
    chart.click(position={'x': 56 + (box['width'] - 68) / 2 + 1, 'y': 100})
    middle = page.locator('output:visible', has_text='frame 10 of 20')
    middle.wait_for()
    screenshots(page, tmp_path, 'deviations')


def test_uploads(page, running, tmp_path):
    from carl_mm.datasets.video_io.video_writer import write_mp4
    from tests.conftest import moving_square

    chooser = page.locator('input[type=file]')
    (tmp_path / 'text.mp4').write_text('Dear diary')
    chooser.set_input_files(tmp_path / 'text.mp4')
    page.get_by_text('uploaded_text.mp4: not a video; upload mp4').wait_for()
    screenshots(page, tmp_path, 'refused')
    (tmp_path / 'large.mp4').write_bytes(b'\0' * (3 * 2**20))
    chooser.set_input_files(tmp_path / 'large.mp4')
    page.get_by_text('exceed the maximum allowed size of 1.0 Mb').wait_for()
    write_mp4(tmp_path / 'mine.mp4', moving_square(14), 25)
    chooser.set_input_files(tmp_path / 'mine.mp4')
    shows(page, 'First video: uploaded_mine.mp4')
    loaded(page, 'First video')
    page.get_by_role('button', name='Align', exact=True).click()
    page.get_by_text('In step.').wait_for()
    write(tmp_path / 'old.avi', 'mpeg4')  # what no browser plays
    chooser.set_input_files(tmp_path / 'old.avi')
    shows(page, 'First video: uploaded_old.avi')
    loaded(page, 'First video')
    move(page, 'First video', 7)
    stands_at(page, 'First video', 7)


def test_progress_is_shown_while_videos_are_embedded(
    browser, inferencer, video_folder, tmp_path
):
    from tests.app.conftest import Running

    emb = tmp_path / 'embeddings'
    with Running(inferencer, video_folder, tmp_path, emb) as server:
        page = browser.new_page(viewport={'width': 800, 'height': 900})
        page.goto(server.access.url)
        page.get_by_text('Reading the videos by the model: 0 of 4').wait_for()
        page.screenshot(path=tmp_path / 'progress_800.png')
        server.library.prepare()
        page.get_by_text('4 videos.').wait_for()
        loaded(page, 'First video', 'Second video')
        page.close()
