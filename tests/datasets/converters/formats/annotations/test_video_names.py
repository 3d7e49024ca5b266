"""Names of videos in other programs."""

import pytest

from carl_mm.datasets.converters.formats.annotations.video_names import (
    MeantVideos,
    short_names,
    spellings,
)

VIDEOS = ['a.mp4', 'sub/a.mp4', 'sub/b, c.mp4', 'x/d.mov', 'y/d.mov', 'é.mp4']


@pytest.mark.parametrize(
    ('name', 'video'),
    [
        ('a.mp4', 'a.mp4'),
        ('./a.mp4', 'a.mp4'),
        ('C:\\videos\\sub\\a.mp4', 'sub/a.mp4'),
        ('/home/me/b, c.mp4', 'sub/b, c.mp4'),
        ('file:///home/me/sub/b,%20c.mp4', 'sub/b, c.mp4'),
        ('/data/local-files/?d=videos/b%2C%20c.mp4', 'sub/b, c.mp4'),
        ('/data/upload/3/0a1b2c3d-e%CC%81.mp4', 'é.mp4'),
        ('s3://bucket/x/d.mov', 'x/d.mov'),
        ('sub/b, c', 'sub/b, c.mp4'),
        ('b, c', 'sub/b, c.mp4'),
        ('x/d', 'x/d.mov'),
        ('other.mp4', None),
        ('b, c.avi', None),
        ('http://[broken', None),
        ('', None),
    ],
)
def test_a_name_means_the_video_whose_path_is_most_alike(name, video):
    found = MeantVideos(VIDEOS).find(name)
    assert (found and found[0]) == video


@pytest.mark.parametrize('name', ['d.mov', '/home/me/d.mov', 'd'])
def test_names_of_several_videos_are_told(name):
    with pytest.raises(ValueError, match="d.* may be 'x/d.mov' or 'y/d.mov'"):
        MeantVideos(VIDEOS).find(name)


def test_a_stem_of_two_endings_is_of_both():
    with pytest.raises(ValueError, match="'a' may be 'a.mov' or 'a.mp4'"):
        MeantVideos(['a.mov', 'a.mp4']).find('a')
    assert MeantVideos(['a.mov', 'a.mp4']).find('/v/a.mov') == ('a.mov', 1)


def test_without_a_folder_names_lose_what_leads_there():
    names = ['C:\\v\\a.mp4', 'sub/b.mp4', 'file:///v/c%20d.mp4']
    assert list(short_names(names).values()) == ['a.mp4', 'sub/b.mp4', 'c d.mp4']
    assert list(short_names(['/v/a.mp4', '/w/a.mp4']).values()) == [
        '/v/a.mp4',
        '/w/a.mp4',
    ]


def test_two_uploads_of_one_name_stay_two():
    names = ['/data/upload/1/0a1b2c3d-a.mp4', '/data/upload/1/1a1b2c3d-a.mp4']
    assert list(short_names(names).values()) == names


def test_spellings():
    assert list(spellings('a%20b.mp4')) == ['a%20b.mp4']
    assert list(spellings('file:///a%20b.mp4'))[-1] == '/a b.mp4'
