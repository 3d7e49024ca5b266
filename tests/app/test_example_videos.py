"""The example's videos: made once, by a process of its own."""

import subprocess
import sys

import pytest

from carl_mm.app import example_videos
from carl_mm.app.example_videos import ExampleVideos, example_folder
from carl_mm.datasets.annotations import load_annotations


@pytest.mark.slow
def test_they_are_made_once(tmp_path, monkeypatch):
    monkeypatch.setattr(example_videos, 'NUM_VIDEOS', 1)
    monkeypatch.setattr(example_videos, 'SIZE', 16)
    videos = ExampleVideos(tmp_path / 'example')
    assert videos.num_made == 0
    folder = videos.make()
    (made,) = folder.iterdir()
    assert (folder, videos.num_made) == (tmp_path / 'example' / 'videos', 1)
    annotations = load_annotations(tmp_path / 'example' / 'annotations.json')
    assert len(annotations['data_list']) == 1
    before = made.stat().st_mtime_ns
    assert ExampleVideos(tmp_path / 'example').make() == folder
    assert made.stat().st_mtime_ns == before


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """In place of the tool, what it was called with is noted."""
    monkeypatch.setattr(example_videos, 'shipped', lambda name: tmp_path / name)
    path = tmp_path / 'tools' / 'make_synthetic_videos.py'
    path.parent.mkdir()
    noted = tmp_path / 'noted'
    path.write_text(f'import sys; open({str(noted)!r}, "w").write(str(sys.argv[1:]))')
    return path


def test_the_tool_is_asked_for_ten_small_ones(tool, tmp_path):
    assert ExampleVideos(tmp_path / 'example').make() == tmp_path / 'example' / 'videos'
    said = (tmp_path / 'noted').read_text()
    for option in ("'--num-train', '10'", "'--num-test', '0'", "'--size', '96'"):
        assert option in said
    assert said.endswith(f"'--out', '{tmp_path / 'example'}']")


def test_what_is_there_is_not_looked_at_by_the_tool_again(tool, tmp_path):
    videos = ExampleVideos(tmp_path / 'example')
    videos.videos_dir.mkdir(parents=True)
    (tmp_path / 'example' / 'annotations.json').touch()
    for number in range(9):
        (videos.videos_dir / f'{number}.mp4').touch()
    (videos.videos_dir / '.9.part.mp4').touch()
    videos.make()
    assert (tmp_path / 'noted').exists()
    (tmp_path / 'noted').unlink()
    (videos.videos_dir / '9.mp4').touch()
    assert videos.make() == videos.videos_dir
    assert not (tmp_path / 'noted').exists()


def test_why_they_cannot_be_made_is_one_line(tool, tmp_path):
    tool.write_text('raise SystemExit("a warning\\nno room")')
    with pytest.raises(
        OSError, match=r'example videos were not made: no room$'
    ) as info:
        ExampleVideos(tmp_path / 'example').make()
    assert '\n' not in str(info.value)


def test_the_end_of_the_server_is_theirs(tmp_path):
    videos = ExampleVideos(tmp_path)
    videos.close()  # nothing is made yet
    videos._making = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1)
    videos.close()
    assert videos._making.wait(10) < 0


def test_they_lie_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv('CARL_MM_CACHE', str(tmp_path))
    assert example_folder() == tmp_path / 'example'
