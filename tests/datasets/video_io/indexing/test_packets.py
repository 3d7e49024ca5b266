"""What packets tell without being decoded."""

import av
import pytest

from carl_mm.datasets.video_io.indexing.packets import read_packets
from carl_mm.datasets.video_io.indexing.streams import choose_stream
from tests.datasets.video_io.container_files import write
from tests.datasets.video_io.odd_files import KINDS

SUSPICIONS = {
    'packed2.avi': 'several frames',
    'uncoded.avi': 'not coded',
    'hidden.webm': 'hidden',
    'middle_of_group.mkv': 'before a key frame',
    'stream_from_middle.ts': 'before a key frame',
    'cra.ts': 'before a key frame',
    'open.mpg': 'before a key frame',
    'dense.mpg': 'no index',
    'joined_shifted.ts': 'go back',
    'joined_same.ts': 'repeated',
    'cut.avi': 'not whole',
    'late.mp4': '',
    'phone.mp4': '',
    'cover.mp4': '',
}


def packets_of(path):
    with av.open(str(path)) as container:
        return read_packets(container, choose_stream(container)[0])


@pytest.mark.parametrize('name', SUSPICIONS)
def test_why_packets_may_not_be_frames(name, tmp_path):
    found = packets_of(KINDS[name][0](tmp_path / name))
    assert SUSPICIONS[name] in found.suspicion
    assert bool(SUSPICIONS[name]) == bool(found.suspicion)
    assert found.is_cut == name.startswith('cut')


@pytest.mark.parametrize(
    'name',
    ['b_frames.mp4', 'open_groups.mp4', 'intra_refresh.mp4', 'variable.mkv', 'late.ts'],
)
def test_ordinary_files_are_above_suspicion(name, tmp_path):
    write(tmp_path / name)
    found = packets_of(tmp_path / name)
    assert (found.suspicion, found.is_cut, len(found.times)) == ('', False, 90)
