"""The folder's videos and the uploads."""

import cv2
import numpy as np
import pytest

from carl_mm.apis import VideoEmbedding
from carl_mm.app.media.playable import frame_jpeg, playable
from carl_mm.app.project.library import VideoLibrary
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square

NAMES = ['a.mp4', 'b.mp4', 'c.mp4', 'sub/d.mp4']


def embedding(length=20, path='x'):
    rows = np.eye(length, 3, dtype=np.float32)
    return VideoEmbedding(f'{path}', rows, np.arange(length) / 25, 25.0)


@pytest.fixture
def library(video_folder, tmp_path):
    changes = []
    made = VideoLibrary(video_folder, tmp_path / 'up', lambda: changes.append(1))
    made.changes = changes
    return made


def states(library):
    return {row['name']: row['state'] for row in library.rows()}


def test_all_are_listed_before_any_is_opened(library):
    expected = dict.fromkeys(NAMES, 'unknown') | {'link.mp4': 'left_out'}
    assert states(library) == expected
    assert library.names == []
    assert library.counts() == {
        **{'total': 5, 'known': 0, 'ready': 0, 'left_out': 1, 'revision': 0}
    }
    with pytest.raises(ValueError, match=r'a\.mp4: has no embeddings yet'):
        library.video('a.mp4')


def test_they_are_measured(library):
    library.measure()
    rows = {row['name']: row for row in library.rows()}
    assert rows['b.mp4']['frames'] == 31 and rows['b.mp4']['fps'] == 25
    assert rows['b.mp4']['seconds'] == pytest.approx(31 / 25)
    assert rows['b.mp4']['state'] == 'waiting' and rows['b.mp4']['v']
    assert len(library.changes) == library.revision == 4


def test_a_damaged_one_is_left_out_with_its_reason(tmp_path):
    folder = tmp_path / 'videos'
    write_mp4(folder / 'a.mp4', moving_square(8), 25)
    (folder / 'sub').mkdir()
    (folder / 'sub' / 'bad.mp4').write_text('no video')
    library = VideoLibrary(folder, tmp_path / 'up')
    library.measure()
    (row,) = [row for row in library.rows() if row['state'] == 'left_out']
    assert row['name'] == 'sub/bad.mp4' and 'cannot be decoded' in row['reason']
    assert str(folder) not in row['reason']
    assert list(library.paths()) == ['a.mp4']
    with pytest.raises(ValueError, match=r'sub/bad\.mp4: .*cannot be decoded'):
        library.video('sub/bad.mp4')


def test_embeddings_come_and_are_replaced(library):
    library.put('b.mp4', embedding(31, '/elsewhere/b.mp4'))
    assert library.names == ['b.mp4'] and library.is_embedded('b.mp4')
    assert library.video('b.mp4').filename == 'b.mp4'
    assert states(library)['b.mp4'] == 'ready'
    library.put('gone.mp4', embedding())
    library.replace({'a.mp4': embedding(), 'gone.mp4': embedding()})
    assert library.names == ['a.mp4']
    assert states(library)['b.mp4'] == 'waiting'
    library.leave_out('a.mp4', 'broke meanwhile')
    assert library.names == [] and states(library)['a.mp4'] == 'left_out'


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        (None, 'choose a video first'),
        ('', 'choose a video first'),
        ('none.mp4', 'no such video'),
        ('notes.txt', 'no such video'),
        ('../secret.mp4', 'outside the folder'),
        ('sub/../../secret.mp4', 'outside the folder'),
        ('link.mp4', 'outside the folder'),
        ('/etc/passwd', 'outside the folder'),
        ('b\0.mp4', 'outside the folder'),
    ],
)
def test_nothing_else_is_reached(library, name, message):
    for ask in (library.path, library.video):
        with pytest.raises(ValueError, match=message):
            ask(name)


def test_uploads(library, tmp_path):
    for index in range(3):
        path = tmp_path / 'up' / f'uploaded_{index}.mp4'
        write_mp4(path, moving_square(3), 25)
        library.add_upload(path.name, path, embedding(3))
    library.put('a.mp4', embedding())
    expected = ['uploaded_2.mp4', 'uploaded_1.mp4', 'uploaded_0.mp4', 'a.mp4']
    assert library.names == expected
    assert library.path('uploaded_1.mp4') == path.with_name('uploaded_1.mp4').resolve()
    library.remove_uploads([path.with_name('uploaded_1.mp4'), tmp_path / 'none'])
    assert library.names == ['uploaded_2.mp4', 'uploaded_0.mp4', 'a.mp4']
    assert not path.with_name('uploaded_1.mp4').exists()
    with pytest.raises(ValueError, match='no such video'):
        library.video('uploaded_1.mp4')
    # What was known of a name stays true: browsers and caches keep it.
    assert 'uploaded_1.mp4' in library.taken_names()
    library.remove_uploads([library.path('a.mp4')] if False else [])
    assert library.path('a.mp4').is_file()


def test_folders_of_images_and_links_inside_are_shown(tmp_path):
    folder = tmp_path / 'videos'
    for name in ('one', 'sub/two'):
        (folder / name).mkdir(parents=True)
        for number, picture in enumerate(moving_square(8)):
            cv2.imwrite(f'{folder / name}/{number}.png', picture)
    (folder / 'again').symlink_to(folder / 'sub', target_is_directory=True)
    (tmp_path / 'far' / 'three').mkdir(parents=True)
    cv2.imwrite(str(tmp_path / 'far' / 'three' / '1.png'), next(moving_square(1)))
    (folder / 'far').symlink_to(tmp_path / 'far', target_is_directory=True)
    library = VideoLibrary(folder, tmp_path / 'up')
    library.measure()
    assert list(library.paths()) == ['one', 'sub/two']
    assert states(library)['far/three'] == 'left_out'
    shown = playable(library.path('one'), tmp_path / 'copies')
    assert (shown.media_type, len(shown.times)) == ('video/mp4', 8)
    assert frame_jpeg(library.path('one'), 7)
