"""The page with its real server as people use it, in headless Chromium."""

import csv

import av
import pytest

from carl_mm.apis import align
from carl_mm.apis.phases.carrying import carry_to_all
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.app.browser.people import (
    NEEDS_CHROMIUM,
    TABS,
    add_phases,
    button,
    check,
    chromium,
    drag,
    opened,
    play_by_space,
    player,
    row,
    saved,
    stands_at,
    strip,
    tab,
)
from tests.app.conftest import LENGTHS, Running
from tests.app.media.test_playable import write
from tests.conftest import moving_square

pytestmark = [pytest.mark.rare, NEEDS_CHROMIUM]
NAMES = ('a.mp4', 'b.mp4', 'c.mp4', 'sub/d.mp4')


@pytest.fixture(scope='module')
def browser():
    with chromium() as launched:
        yield launched


@pytest.fixture
def server(inferencer, video_folder, tmp_path):
    """A server of its own for each test: what is painted stays."""
    with Running(inferencer, video_folder, tmp_path) as started:
        started.prepare()
        started.workspace.project.choose({'tour_done': True})
        yield started


@pytest.fixture
def page(browser, server):
    page = window(browser, server)
    yield page
    page.context.close()
    assert page.errors == []
    assert page.elsewhere == []


def window(browser, server):
    """The page once two videos are in step; it asks only its own server."""
    page = opened(browser, server.access.url)
    page.elsewhere = []
    own = (server.url, 'blob:', 'data:')
    page.on(
        'request',
        lambda asked: asked.url.startswith(own) or page.elsewhere.append(asked.url),
    )
    page.get_by_text('In step.').or_(page.get_by_text('no moment in common')).wait_for()
    return page


def move(page, label, frame):
    slider = page.get_by_role('slider', name=f'{label}: frame', exact=True)
    slider.fill(str(frame))


def choose(page, label, name):
    player(page, label).get_by_role('combobox', name=label).select_option(name)


def num_frames(path):
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def download(page, name, folder):
    with page.expect_download(timeout=60_000) as download:
        button(page, name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_two_videos_are_in_step_and_saved(page, server, tmp_path):
    choose(page, 'First video', 'b.mp4')
    choose(page, 'Second video', 'c.mp4')
    page.get_by_text('In step.').wait_for()
    b, c = (server.library.video(name) for name in ('b.mp4', 'c.mp4'))
    found = align(b, c)
    for frame in (0, 9, 20, 30):
        move(page, 'First video', frame)
        stands_at(page, 'First video', frame)
        stands_at(page, 'Second video', int(found.frame_inds_b[frame]))
    for frame in (4, 25):
        move(page, 'Second video', frame)
        stands_at(page, 'First video', int(found.frame_inds_a[frame]))
    path = download(page, 'Save side by side (mp4)', tmp_path)
    assert (path.name, num_frames(path)) == ('b - c.mp4', 31)
    button(page, 'Rank all videos').click()
    ranked = page.get_by_role('listitem').filter(has_text='score')
    ranked.first.wait_for()
    assert ranked.count() == len(NAMES) - 1


def test_a_moment_is_found_by_a_box_and_stops_there(page, server):
    tab(page, 'Find')
    choose(page, 'Look for', 'b.mp4')
    move(page, 'Look for', 17)
    button(page, 'Find this frame').click()
    page.get_by_text('found, the most alike first').wait_for()
    asked = {'video': 'b.mp4', 'first': 17, 'last': 17}
    answer = server.http.post('/api/find', json=asked).json()['hits'][0]
    button(page, f'1. {answer["video"]}', exact=False).click()
    stands_at(page, 'Found', answer['first'])
    page.wait_for_timeout(400)
    stands_at(page, 'Found', answer['first'])
    bar = page.get_by_role('slider', name='Frames of the video')
    drag(page, bar, 0.2, 0.6)
    page.get_by_text('Frames 6 to 18').wait_for()
    button(page, 'Find this part').click()
    first = page.get_by_role('listitem').get_by_role('button').first
    first.filter(has_text='frames').click()
    asked = {'video': 'b.mp4', 'first': 6, 'last': 18}
    answer = server.http.post('/api/find', json=asked).json()['hits'][0]
    stands_at(page, 'Found', answer['last'])  # it plays the part, and stops
    page.wait_for_timeout(400)
    stands_at(page, 'Found', answer['last'])


def test_phases_from_painting_to_a_table(page, server, tmp_path):
    tab(page, 'Phases')
    add_phases(page, 'reach', 'pour')
    button(page, 'reach').click()
    drag(page, strip(page), 0, 0.5)
    button(page, 'pour').click()
    drag(page, strip(page), 0.5, 1)
    page.keyboard.press('Control+z')
    saved(page)
    assert server.workspace.labels.painted() == {'a.mp4': [[0, 9, 'reach']]}
    page.keyboard.press('Control+Shift+z')
    saved(page)
    painted = {'a.mp4': [[0, 9, 'reach'], [10, 19, 'pour']]}
    assert server.workspace.labels.painted() == painted
    button(page, 'Carry to all videos').click()
    page.get_by_text('3 videos have suggested phases').wait_for()
    button(page, 'Accept b.mp4').click()
    page.get_by_text('2 videos have suggested phases').wait_for()
    path = download(page, 'Export all (CSV)', tmp_path)
    rows = {}
    with path.open() as file:
        for each in csv.DictReader(file):
            span = int(each['first_frame']), int(each['last_frame']), each['phase']
            rows.setdefault(each['filename'], []).append(span)
    videos = {name: server.library.video(name) for name in NAMES}
    known = {'a.mp4': [tuple(each) for each in painted['a.mp4']]}
    for name, found in carry_to_all(known, videos, NAMES[1:]):
        expected = [(s.first_frame, s.last_frame, s.phase) for s in found.segments]
        assert rows[name] == expected
    mine = download(page, 'Export mine (CSV)', tmp_path)
    assert {line.split(',')[0] for line in mine.read_text().splitlines()[1:]} == {
        'a.mp4',
        'b.mp4',
    }
    page.locator('input[type=file][accept*=csv]').set_input_files(
        {
            'name': 'more.csv',
            'mimeType': 'text/csv',
            'buffer': b'filename,first_frame,last_frame,phase\nc.mp4,3,8,lift\n',
        }
    )
    page.get_by_role('button', name='lift').first.wait_for()
    assert server.workspace.labels.painted()['c.mp4'] == [[3, 8, 'lift']]
    button(page, 'Undo').click()
    saved(page)
    assert 'c.mp4' not in server.workspace.labels.painted()


def test_phases_are_painted_by_keys_while_it_plays(page, server):
    tab(page, 'Phases')
    add_phases(page, 'reach')
    choose(page, 'Video to paint', 'b.mp4')
    player(page, 'Video to paint').get_by_role('combobox', name='Speed').select_option(
        '0.25'
    )
    play_by_space(page)
    page.keyboard.down('1')
    page.get_by_text('Painting reach').wait_for()
    page.wait_for_timeout(1200)
    page.keyboard.up('1')
    saved(page)
    ((first, last, phase),) = server.workspace.labels.painted()['b.mp4']
    assert phase == 'reach'
    assert 2 <= first < last < LENGTHS[1] - 1


def test_all_play_on_one_timeline_and_are_saved(page, server, tmp_path):
    tab(page, 'Timeline')
    button(page, 'Put on one timeline').click()
    bar = page.get_by_role('slider', name='Matches uncertain')
    bar.focus()
    asked = server.http.post('/api/timeline', json={'videos': None}).json()
    for key, place in (('Home', 0), ('End', -1)):
        page.keyboard.press(key)
        for video in asked['videos']:
            if video['frame_inds'][place] >= 0:
                stands_at(page, video['name'], video['frame_inds'][place])
    page.get_by_role('combobox', name='Picture').last.select_option('subject')
    path = download(page, 'Save all in step (mp4)', tmp_path)
    assert num_frames(path) == len(asked['clock'])
    times = download(page, 'Save times (CSV)', tmp_path).read_text().splitlines()
    assert len(times) == len(asked['clock']) + 1


def test_deviations(page):
    tab(page, 'Deviations')
    button(page, 'Suggest good videos').click()
    page.get_by_text('good videos chosen').or_(
        page.get_by_text('good video chosen')
    ).wait_for()
    button(page, 'Judge').click()
    page.get_by_text('judged by 3').wait_for()
    page.get_by_role('slider', name='Deviation over time').or_(
        page.get_by_role('img', name='Deviation over time')
    ).first.wait_for()


def test_uploads(page, tmp_path):
    upload = page.get_by_label('Upload videos')
    (tmp_path / 'text.mp4').write_text('Dear diary')
    upload.set_input_files(tmp_path / 'text.mp4')
    page.get_by_role('alert').get_by_text('not a video').wait_for()
    (tmp_path / 'large.mp4').write_bytes(b'\0' * (3 * 2**20))
    upload.set_input_files(tmp_path / 'large.mp4')
    page.get_by_role('alert').get_by_text('MB').first.wait_for()
    write_mp4(tmp_path / 'mine.mp4', moving_square(14), 25)
    upload.set_input_files(tmp_path / 'mine.mp4')
    row(page, 'uploaded_mine.mp4').wait_for()
    write(tmp_path / 'old.avi', 'mpeg4')  # what no browser plays
    upload.set_input_files(tmp_path / 'old.avi')
    row(page, 'uploaded_old.avi').wait_for()
    choose(page, 'First video', 'uploaded_old.avi')
    move(page, 'First video', 7)
    stands_at(page, 'First video', 7)


def test_another_model_is_chosen(page, server):
    page.get_by_role('combobox', name='Model').select_option('Starting model')
    page.get_by_text('not trained on these videos').wait_for(timeout=60_000)
    assert server.workspace.embedder.current == 'start'
    page.get_by_text('In step.').or_(page.get_by_text('no moment in common')).wait_for()


def test_edits_appear_in_another_window(browser, page, server):
    tab(page, 'Phases')
    add_phases(page, 'reach')
    other = window(browser, server)
    page.get_by_text('1 other window is open').wait_for()
    tab(other, 'Phases')
    drag(page, strip(page), 0, 0.5)
    saved(page)
    other.get_by_role('img', name='reach 0 to 9').wait_for()
    page.context.set_offline(True)
    drag(other, strip(other), 0.5, 0.8)
    saved(other)
    drag(page, strip(page), 0.8, 1)
    page.get_by_text('not saved:').wait_for()
    page.context.set_offline(False)
    page.get_by_role('dialog').get_by_text('reach 0 to 15').wait_for()
    button(page, 'Keep mine').click()
    saved(page)
    mine = [[0, 9, 'reach'], [16, 19, 'reach']]
    assert server.workspace.labels.painted() == {'a.mp4': mine}
    other.get_by_role('img', name='reach 16 to 19', exact=False).wait_for()
    assert other.errors == []
    other.context.close()


@pytest.mark.parametrize('width', [1400, 800, 390])
@pytest.mark.parametrize('look', ['light', 'dark'])
def test_every_view_fits_and_is_accessible(browser, server, tmp_path, width, look):
    labels = server.workspace.labels
    labels.put('a.mp4', [[0, 9, 'reach'], [10, 19, 'pour']], 0)
    server.http.post('/api/carry', json={})
    locale = 'de-DE' if look == 'dark' else 'en-GB'
    page = opened(browser, server.access.url, color_scheme=look, locale=locale)
    page.set_viewport_size({'width': width, 'height': 900})
    tabs = page.get_by_role('tab')
    tabs.first.wait_for()
    page.wait_for_timeout(1500)
    for index, name in enumerate(TABS):
        tabs.nth(index).click()
        page.wait_for_timeout(400)
        primary = page.locator('section:visible button.primary:enabled')
        if name != 'Train' and primary.count():
            primary.first.click()
        page.wait_for_timeout(1500)
        check(page, tmp_path / f'{name}.png', width)
    page.context.close()
    assert page.errors == []
