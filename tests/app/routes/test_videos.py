"""The videos and frames that players ask for."""

import numpy as np
import pytest

pytest.importorskip('gradio')


def test_a_link_put_there_later_is_not_followed(running, video_folder):
    path = video_folder / 'c.mp4'
    content = path.read_bytes()
    path.unlink()
    path.symlink_to(video_folder.parent / 'secret.mp4')
    try:
        answer = running.http.get('/carl/video', params={'video': 'c.mp4'})
        assert answer.status_code == 404
        assert 'outside the folder' in answer.json()['detail']
    finally:
        path.unlink()
        path.write_bytes(content)


def test_videos_are_served_by_ranges(running, video_folder):
    content = (video_folder / 'sub' / 'd.mp4').read_bytes()
    address = '/carl/video?video=sub/d.mp4'
    answer = running.http.get(address, headers={'Range': 'bytes=10-29'})
    assert (answer.status_code, answer.content) == (206, content[10:30])
    assert answer.headers['content-type'] == 'video/mp4'


def test_info_and_frames(running):
    info = running.http.get('/carl/info?video=b.mp4').json()
    np.testing.assert_allclose(info['times'], np.arange(31) / 25)
    assert info['player_times'] == info['times']
    frame = running.http.get('/carl/frame?video=b.mp4&frame=30')
    assert (frame.status_code, frame.content[:3]) == (200, b'\xff\xd8\xff')
    frame = running.http.get('/carl/frame?video=b.mp4&frame=31')
    assert (frame.status_code, frame.json()['detail']) == (
        404,
        'b.mp4: no frame 31 of 31',
    )
