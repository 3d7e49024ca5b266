"""The videos and frames that players ask for."""

import numpy as np
import pytest

pytest.importorskip('fastapi')


def test_a_link_put_there_later_is_not_followed(running, video_folder):
    path = video_folder / 'c.mp4'
    content = path.read_bytes()
    path.unlink()
    path.symlink_to(video_folder.parent / 'secret.mp4')
    try:
        answer = running.http.get('/api/video', params={'video': 'c.mp4'})
        assert answer.status_code == 404
        assert 'outside the folder' in answer.json()['detail']
    finally:
        path.unlink()
        path.write_bytes(content)


def test_videos_are_served_by_ranges(running, video_folder):
    content = (video_folder / 'sub' / 'd.mp4').read_bytes()
    address = '/api/video?video=sub/d.mp4'
    answer = running.http.get(address, headers={'Range': 'bytes=10-29'})
    assert (answer.status_code, answer.content) == (206, content[10:30])
    assert answer.headers['content-type'] == 'video/mp4'


def test_info_and_frames(running):
    info = running.http.get('/api/info?video=b.mp4').json()
    np.testing.assert_allclose(info['times'], np.arange(31) / 25)
    assert info['player_times'] == info['times']
    frame = running.http.get('/api/frame?video=b.mp4&frame=30')
    assert (frame.status_code, frame.content[:3]) == (200, b'\xff\xd8\xff')
    frame = running.http.get('/api/frame?video=b.mp4&frame=31')
    assert (frame.status_code, frame.json()['detail']) == (
        400,
        'b.mp4: no frame 31 of 31',
    )


def test_thumbnails_are_kept_by_browsers(running):
    answer = running.http.get('/api/thumbnail?video=b.mp4')
    assert (answer.status_code, answer.content[:3]) == (200, b'\xff\xd8\xff')
    assert 'max-age=86400' in answer.headers['cache-control']


@pytest.mark.parametrize('height', [15, 1081])
def test_heights_have_bounds(running, height):
    params = {'video': 'b.mp4', 'frame': 0, 'height': height}
    answer = running.http.get('/api/frame', params=params)
    assert answer.status_code == 422 and f'got {height}' in answer.json()['detail']


def test_the_list(running):
    found = running.http.get('/api/videos').json()
    rows = {row['name']: row for row in found['videos']}
    assert rows['b.mp4']['frames'] == 31 and rows['b.mp4']['state'] == 'ready'
    assert rows['link.mp4']['state'] == 'left_out' and rows['link.mp4']['reason']
    assert found['revision'] == running.library.revision
