import pytest

from carl_mm.datasets.video_io.find_videos import find_videos, list_files


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_folders_give_their_videos_in_order(tmp_path):
    touch(tmp_path, 'b.mp4', 'a.MOV', 'sub/c.mkv', 'notes.txt', '.hidden.mp4', 'b.npz')
    (tmp_path / 'folder.mp4').mkdir()
    expected = [tmp_path / name for name in ('a.MOV', 'b.mp4', 'sub/c.mkv')]
    assert find_videos([tmp_path]) == expected
    assert find_videos([str(tmp_path / 'b.mp4'), tmp_path / 'sub']) == expected[1:]
    assert list_files(tmp_path, ('.npz',)) == [tmp_path / 'b.npz']


def test_a_named_file_is_taken_whatever_its_name(tmp_path):
    touch(tmp_path, 'clip')
    assert find_videos([tmp_path / 'clip']) == [tmp_path / 'clip']


def test_images_are_a_video_where_no_video_lies(tmp_path):
    touch(tmp_path, 'images/001.jpg', 'both/001.jpg', 'both/a.mp4')
    assert find_videos([tmp_path / 'images']) == [tmp_path / 'images']
    assert find_videos([tmp_path / 'both']) == [tmp_path / 'both' / 'a.mp4']


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('none', 'none: no such file or folder'),
        ('empty', r'empty: contains no video \(\.mp4, .*it is empty'),
        ('texts', r'texts: contains no video \(\.mp4, .*only 2 other files'),
    ],
)
def test_nothing_to_find(tmp_path, name, message):
    (tmp_path / 'empty').mkdir()
    touch(tmp_path, 'texts/a.txt', 'texts/sub/b.csv')
    with pytest.raises(FileNotFoundError, match=message):
        find_videos([tmp_path / name])


def test_links_to_folders_are_followed_and_each_real_folder_is_once(tmp_path):
    videos, elsewhere = tmp_path / 'videos', tmp_path / 'elsewhere'
    touch(videos, 'a.mp4', 'z/b.mp4')
    touch(elsewhere, 'c.mp4', 'deep/d.mp4')
    (videos / 'far').symlink_to(elsewhere, target_is_directory=True)
    (videos / 'again').symlink_to(videos / 'z', target_is_directory=True)
    (videos / 'z' / 'loop').symlink_to(videos, target_is_directory=True)
    (videos / 'up').symlink_to(tmp_path, target_is_directory=True)
    (videos / 'gone.mp4').symlink_to(videos / 'none.mp4')
    expected = ['a.mp4', 'far/c.mp4', 'far/deep/d.mp4', 'z/b.mp4']
    assert find_videos([videos]) == [videos / name for name in expected]
    assert list_files(videos, ('c.mp4',)) == [videos / 'far' / 'c.mp4']


def test_hidden_folders_are_left_out(tmp_path):
    touch(tmp_path, 'a.mp4', '.trash/b.mp4', 'sub/.thumbs/c.mp4', 'sub/._d.mp4')
    assert find_videos([tmp_path]) == [tmp_path / 'a.mp4']
    assert find_videos([tmp_path / '.trash']) == [tmp_path / '.trash' / 'b.mp4']


def test_every_common_kind_of_file_is_a_video(tmp_path):
    kinds = 'gif flv wmv 3gp ts mts m2ts ogv dav avi mp4 mov m4v mkv webm mpg vob mxf'
    names = [f'{index:02}.{kind.upper()}' for index, kind in enumerate(kinds.split())]
    touch(tmp_path, *names)
    assert [path.name for path in find_videos([tmp_path])] == names


def test_a_folder_of_image_folders_is_a_folder_of_videos(tmp_path):
    touch(tmp_path, 'clips/b/001.png', 'clips/b/002.png', 'clips/a/f_1.jpg')
    touch(tmp_path, 'clips/c/d/9.JPG', 'clips/cover.jpg', 'clips/.old/1.jpg')
    touch(tmp_path, 'clips/b/thumbs/1.jpg')
    expected = [tmp_path / 'clips' / name for name in ('a', 'b', 'c/d')]
    assert find_videos([tmp_path / 'clips']) == expected
    assert find_videos([expected[1]]) == [expected[1]]


def test_images_without_numbers_are_a_video_only_by_themselves(tmp_path):
    touch(tmp_path, 'photos/me.jpg', 'photos/sub/you.jpg', 'empty/._1.jpg')
    photos = tmp_path / 'photos'
    assert find_videos([photos]) == [photos]  # whose error says what is wrong
    for folder in (tmp_path, tmp_path / 'empty'):
        with pytest.raises(FileNotFoundError, match='contains no video'):
            find_videos([folder])


def test_beside_video_files_images_are_no_videos(tmp_path):
    touch(tmp_path, 'a.mp4', 'frames/a/1.jpg', 'thumbs/a.jpg')
    assert find_videos([tmp_path]) == [tmp_path / 'a.mp4']
