"""The page as people use it, in headless Chromium, against a fake server."""

import pytest

from tests.app.browser.fake_server import LENGTHS, FakeServer, World
from tests.app.browser.people import (
    NEEDS_CHROMIUM,
    TABS,
    add_phases,
    button,
    check,
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

pytestmark = [pytest.mark.slow, NEEDS_CHROMIUM]


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    return tmp_path_factory.mktemp('videos')


@pytest.fixture
def world(videos):
    return World(videos)


@pytest.fixture
def server(world):
    with FakeServer(world) as running:
        yield running


@pytest.fixture
def page(browser, server):
    page = opened(browser, server.url)
    page.get_by_text('In step.').wait_for()
    yield page
    page.context.close()
    assert page.errors == []


def test_two_videos_in_step_by_slider_and_keys(page):
    first, second = player(page, 'First video'), player(page, 'Second video')
    first.get_by_role('slider', name='First video: frame', exact=True).fill('30')
    stands_at(page, 'First video', 30)
    stands_at(page, 'Second video', round(30 * 79 / 59))
    page.get_by_role('tab', name='Align two').focus()
    for key in ('.', '.', ','):
        page.keyboard.press(key)
    stands_at(page, 'First video', 31)
    second.get_by_role('slider', name='Second video: frame', exact=True).fill('79')
    stands_at(page, 'First video', 59)
    first.get_by_role('slider', name='First video: frame', exact=True).fill('2')
    first.get_by_text('No counterpart in the other video').wait_for()
    page.get_by_role('tab', name='Align two').focus()
    page.keyboard.press(' ')
    page.wait_for_function("() => !document.querySelector('video').paused")


def test_a_click_in_the_list_and_the_ranking_choose(page, world):
    row(page, 'c.mp4').click()
    page.get_by_text('In step.').wait_for()
    button(page, 'Rank all videos').click()
    page.get_by_text('not like it').wait_for()
    page.get_by_role('listitem').get_by_role('button', name='a.mp4').click()
    page.wait_for_timeout(700)
    assert world.choices['pair'] == ['c.mp4', 'a.mp4']
    assert ('align', {'a': 'c.mp4', 'b': 'a.mp4', 'method': 'posterior'}) in world.asked


def test_doubt_is_said_and_drawn(browser, world, server):
    world.doubt = 'unrelated'
    page = opened(browser, server.url)
    page.get_by_text('Doubtful:').wait_for()
    opacity = page.locator('.stage video').first.evaluate(
        'video => getComputedStyle(video).opacity'
    )
    assert float(opacity) < 1
    page.context.close()


def test_a_box_is_drawn_kept_and_exported(page, world):
    figure = player(page, 'First video')
    figure.get_by_role('button', name='Draw a box around the subject').click()
    box = figure.locator('.stage').bounding_box()
    middle = box['x'] + box['width'] / 2, box['y'] + box['height'] / 2
    half = box['height'] / 4
    page.mouse.move(middle[0] - half, middle[1] - half)
    page.mouse.down()
    page.mouse.move(middle[0] + half, middle[1] + half, steps=4)
    page.mouse.up()
    page.wait_for_timeout(700)
    assert world.choices['crops']['a.mp4'] == pytest.approx(
        [0.25, 0.25, 0.5, 0.5], abs=0.02
    )
    page.get_by_role('combobox', name='Picture').select_option('shown')
    with page.expect_download() as download:
        button(page, 'Save side by side (mp4)').click()
    assert download.value.suggested_filename == 'pair.mp4'
    (body,) = [each[1] for each in world.asked if each[0] == 'exports']
    assert body['crop'] == world.choices['crops']['a.mp4']
    assert (body['kind'], body['view']) == ('pair', 'beside')


def test_a_hit_stops_at_its_moment(page, world):
    tab(page, 'Find')
    player(page, 'Look for').get_by_role('slider', name='Look for: frame').fill('17')
    button(page, 'Find this frame').click()
    button(page, '1. b.mp4', exact=False).click()
    stands_at(page, 'Found', 40)
    page.wait_for_timeout(500)
    stands_at(page, 'Found', 40)
    bar = page.get_by_role('slider', name='Frames of the video')
    bar.focus()
    page.keyboard.press('Home')
    for _ in range(4):
        page.keyboard.press('Shift+ArrowRight')
    page.get_by_text('Frames 0 to 4').wait_for()
    drag(page, bar, 0.1, 0.5)
    page.get_by_text('Frames 6 to 29').wait_for()
    button(page, 'Find this part').click()
    button(page, '2. c.mp4', exact=False).click()
    stands_at(page, 'Found', 50)
    asked = [each[1] for each in world.asked if each[0] == 'find']
    assert [(each['first'], each['last']) for each in asked] == [(17, 17), (6, 29)]


def test_phases_are_painted_moved_undone_and_carried(page, world):
    tab(page, 'Phases')
    add_phases(page, 'reach', 'pour')
    button(page, 'reach').click()
    drag(page, strip(page), 0, 0.5)
    saved(page)
    assert world.labels['a.mp4']['rows'] == [[0, 29, 'reach']]
    button(page, 'pour').click()
    drag(page, strip(page), 0.5, 1)
    edge = page.get_by_role('slider', name='Edge from reach to pour')
    edge.focus()
    page.keyboard.press('ArrowRight')
    saved(page)
    assert world.labels['a.mp4']['rows'] == [[0, 30, 'reach'], [31, 59, 'pour']]
    page.keyboard.press('Control+z')
    page.keyboard.press('Control+z')
    saved(page)
    assert world.labels['a.mp4']['rows'] == [[0, 29, 'reach']]
    page.keyboard.press('Control+Shift+z')
    saved(page)
    button(page, 'Rename pour').click()
    page.get_by_label('New name of pour').fill('lift')
    button(page, 'OK').click()
    button(page, 'Rename lift').wait_for()
    assert world.labels['a.mp4']['rows'] == [[0, 29, 'reach'], [30, 59, 'lift']]
    button(page, 'Carry to all videos').click()
    page.get_by_text('3 videos have suggested phases').wait_for()
    button(page, 'Accept b.mp4').click()
    page.get_by_text('2 videos have suggested phases').wait_for()
    assert world.labels['b.mp4']['origin'] == 'painted'
    button(page, 'Correct c.mp4').click()
    player(page, 'Video to paint').get_by_role('slider', name='frame').wait_for()
    with page.expect_download() as download:
        button(page, 'Export all (CSV)').click()
    assert 'a.mp4,0,29,reach' in download.value.path().read_text()


def test_phases_are_painted_by_a_key_while_it_plays(page, world):
    tab(page, 'Phases')
    add_phases(page, 'reach')
    play_by_space(page)
    page.keyboard.press('1')
    page.get_by_text('Painting reach').wait_for()
    page.wait_for_timeout(700)
    page.keyboard.press('1')
    saved(page)
    ((first, last, phase),) = world.labels['a.mp4']['rows']
    assert phase == 'reach'
    assert 8 <= last - first <= 40


def test_another_window_that_was_first_is_shown(page, world):
    tab(page, 'Phases')
    add_phases(page, 'reach')
    drag(page, strip(page), 0, 0.5)
    saved(page)
    page.wait_for_timeout(500)  # it has read the labels anew
    world.labels['a.mp4'] |= {'rows': [[3, 9, 'theirs']], 'revision': 99}
    drag(page, strip(page), 0.5, 0.9)
    page.get_by_role('dialog').get_by_text('theirs 3 to 9').wait_for()
    button(page, 'Keep mine').click()
    saved(page)
    assert world.labels['a.mp4']['rows'] == [[0, 53, 'reach']]


def test_errors_stand_beside_what_caused_them(page, world):
    world.refuse['rank'] = 'only one video is ready; wait for another'
    button(page, 'Rank all videos').click()
    page.get_by_role('alert').get_by_text('only one video is ready').wait_for()
    page.locator('aside input[type=file]').set_input_files(
        files=[{'name': 'x.mp4', 'mimeType': 'video/mp4', 'buffer': b'no'}]
    )
    page.get_by_role('alert').get_by_text('x.mp4: not a video').wait_for()


def test_a_server_that_is_gone_is_told_and_edits_are_kept(browser, world):
    with FakeServer(world) as server:
        page = opened(browser, server.url)
        page.get_by_text('In step.').wait_for()
        tab(page, 'Phases')
        add_phases(page, 'reach')
        strip(page).wait_for()
    page.get_by_role('alert').get_by_text('The server does not answer').wait_for()
    drag(page, strip(page), 0, 0.5)
    page.get_by_text('not saved:').wait_for()
    with FakeServer(world, server.port):
        saved(page)
        assert world.labels['a.mp4']['rows'] == [[0, 29, 'reach']]
        page.context.close()


def test_all_play_in_step(page, world):
    tab(page, 'Timeline')
    button(page, 'Put on one timeline').click()
    page.get_by_text('c.mp4 does not fit the others').wait_for()
    bar = page.get_by_role('slider', name='Matches uncertain')
    bar.focus()
    page.keyboard.press('End')
    for name, length in LENGTHS.items():
        stands_at(page, name, length - 1)
    button(page, 'swing').click()
    stands_at(page, 'a.mp4', round(30 * 59 / 69))
    button(page, 'Play all').click()
    stands_at(page, 'b.mp4', 79)
    with page.expect_download() as download:
        button(page, 'Save times (CSV)').click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].endswith(','.join(LENGTHS))
    assert len(lines) == 71


def test_deviations_and_training(page, world):
    tab(page, 'Deviations')
    button(page, 'Suggest good videos').click()
    page.get_by_text('2 good videos chosen').wait_for()
    button(page, 'Judge').click()
    button(page, 'Play 1.04 s to 1.40 s: peak 3.6 log odds').click()
    stands_at(page, 'Video to judge', 34)
    tab(page, 'Train')
    page.get_by_text('about 12 min 34 s').wait_for()
    button(page, 'Train on this folder').click()
    page.get_by_text('Step 300 of 900').wait_for()
    page.get_by_role('img', name='b.mp4, frame 79').wait_for()
    button(page, 'Pause').click()
    page.get_by_role('heading', name='Training is paused').wait_for()
    button(page, 'Resume').wait_for()


def test_two_thousand_videos(browser, videos):
    world = World(videos, extra=2000)
    with FakeServer(world) as server:
        page = opened(browser, server.url)
        listed = page.get_by_role('listbox', name='Videos')
        row(page, 'clip 0003.mp4').wait_for()
        assert listed.get_by_role('option').count() < 40
        assert len([each for each in world.asked if 'thumbnail' in each]) < 40
        listed.focus()
        page.keyboard.press('End')
        row(page, 'clip 1999.mp4').wait_for()
        page.get_by_label('Search by name').first.fill('0777')
        row(page, 'clip 0777.mp4').wait_for()
        page.context.close()


@pytest.mark.parametrize('width', [1400, 800, 390])
@pytest.mark.parametrize('look', ['light', 'dark'])
def test_every_view_fits_and_is_accessible(
    browser, server, world, tmp_path, width, look
):
    world.choices.pop('tour_done')
    locale = 'de-DE' if look == 'dark' else 'en-GB'
    page = opened(browser, server.url, color_scheme=look, locale=locale)
    page.set_viewport_size({'width': width, 'height': 900})
    page.get_by_role('dialog').wait_for()
    check(page, tmp_path / 'tour.png', width)
    page.keyboard.press('Escape')
    tabs = page.get_by_role('tab')
    assert tabs.count() == len(TABS)
    for index, name in enumerate(TABS):
        tabs.nth(index).click()
        page.wait_for_timeout(400)
        primary = page.locator('section:visible button.primary')
        if primary.count() and primary.first.is_enabled():
            primary.first.click()
        page.wait_for_timeout(400)
        check(page, tmp_path / f'{name}.png', width)
    page.context.close()
    assert page.errors == []
