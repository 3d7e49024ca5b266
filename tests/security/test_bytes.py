"""Files made to stall, to fill memory, to lead elsewhere or to shout."""

import io
import json
import mmap
import pickle
import struct
import sys
import zipfile
import zlib

import numpy as np
import pytest

from carl_mm.apis import FrameIndex, VideoEmbedding
from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.converters.formats.finegym_events import read_events
from carl_mm.datasets.converters.formats.finegym_lists import FineGymLists
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from carl_mm.datasets.converters.formats.penn_action_labels import read_phases
from carl_mm.datasets.converters.formats.tfrecord import read_records
from carl_mm.datasets.converters.safe_pickle.restricted_pickle import (
    RefusedPickleError,
    load_restricted_pickle,
)
from carl_mm.datasets.video_io.image_folder import decode_image
from carl_mm.datasets.video_io.open_video import VideoDecodeError, open_video
from carl_mm.datasets.video_io.sound import has_sound
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square
from tests.security.watched import watched

DEEP = '[' * 100_000 + ']' * 100_000


def bomb(levels, make=lambda part: (part, part)):
    data = make(())
    for _ in range(levels):
        data = make(data)
    return data


def memoised(opcodes, times):
    """Opcodes that use what stands in the memo under 0, again and again."""
    return b'\x80\x04(' + opcodes + times + b'l.'


# Each tuple holds the one before twice: to hash it takes 2^60 steps.
NESTED = b')' + b'2\x86' * 60
BYTES = b'B' + struct.pack('<I', 2**20) + bytes(2**20) + b'q\x00'
# numpy.core.multiarray.scalar takes the same megabyte, for every time once more.
BUFFER = (
    b'cnumpy._core.numeric\n_frombuffer\n(h\x00cnumpy\ndtype\n(X\x02\x00\x00\x00u1'
    b'\x89\x88tRJ\x00\x00\x10\x00\x85X\x01\x00\x00\x00CtR'
)
PICKLES = {
    'a key of nested tuples': b'\x80\x04}' + NESTED + b'K\x01s.',
    'keys of nested tuples': b'\x80\x04}(' + NESTED + b'K\x01u.',
    'an old dict of nested tuples': b'(' + NESTED + b'I1\nd.',
    'a set of nested tuples': b'\x80\x04\x8f(' + NESTED + b'\x90.',
    'a frozenset of nested tuples': b'\x80\x04(' + NESTED + b'\x91.',
    'an old set of nested tuples': b'cbuiltins\nset\n((l' + NESTED + b'atR.',
    'an ordered dict of nested tuples': b'ccollections\nOrderedDict\n((l('
    + NESTED
    + b'K\x01tatR.',
    'nested lists': pickle.dumps(bomb(60, lambda part: [part, part]), 4),
    'deep lists': b'\x80\x04' + b']' * 10**5 + b'a' * (10**5 - 1) + b'.',
    'keys of one hash': b'\x80\x04}('
    + b''.join(
        b'\x8a\x0b' + (n * (2**61 - 1)).to_bytes(11, 'little') + b'N'
        for n in range(10, 10**5)
    )
    + b'u.',
    'a megabyte, 3,000 times': memoised(BYTES, BUFFER * 3000),
    'empty sets': b'\x80\x04(' + b'\x8f' * 10**6 + b'l.',
    'empty lists': b'\x80\x04(' + b']' * 10**6 + b'l.',
    'a shape without end': b'\x80\x04'
    + BYTES
    + BUFFER[:-14]
    + b'('
    + b'K\x02' * 10**6
    + b't'
    + BUFFER[-8:]
    + b'.',
}


@pytest.mark.parametrize('name', PICKLES)
def test_a_pickle_that_asks_for_too_much_is_refused(tmp_path, name):
    (tmp_path / 'x.pkl').write_bytes(PICKLES[name])
    used = watched(load_restricted_pickle, tmp_path / 'x.pkl')
    assert used.error.startswith(f'RefusedPickleError: {tmp_path}/x.pkl: ')
    assert '\n' not in used.error
    assert used.seconds < 10
    assert used.megabytes < 600


def test_a_name_of_any_length_is_quoted_briefly(tmp_path):
    long = 'x' * 10**6
    (tmp_path / 'x.pkl').write_bytes(f'c{long}\n{long}\n.'.encode())
    with pytest.raises(RefusedPickleError) as error:
        load_restricted_pickle(tmp_path / 'x.pkl')
    assert len(str(error.value)) < 1000
    entry = {'filename': long, 'split': long, 'action': {'a': [long] * 9}}
    content = {'metainfo': {}, 'data_list': [entry], 'more': 1}
    for change in ({}, {'metainfo': [long]}, {'data_list': long}):
        (tmp_path / 'a.json').write_text(json.dumps(content | change))
        with pytest.raises(ValueError, match='unknown key') as error:
            load_annotations(tmp_path / 'a.json')
    content.pop('more')
    for change in ({}, {'metainfo': [long]}, {'data_list': long}):
        (tmp_path / 'a.json').write_text(json.dumps(content | change))
        with pytest.raises(ValueError, match=r'a\.json') as error:
            load_annotations(tmp_path / 'a.json')
        assert len(str(error.value)) < 4000
    row = f'a.mp4,{long[:99999]},1,a'
    (tmp_path / 'a.csv').write_text(f'filename,first_frame,last_frame,phase\n{row}\n')
    with pytest.raises(ValueError, match='must be an integer') as error:
        read_labels(tmp_path / 'a.csv', None, None, None)
    assert len(str(error.value)) < 1000


@pytest.mark.parametrize('length', [2**36, 2**62, 2**63, 2**64 - 5, 2**64 - 1])
def test_a_record_of_any_length_is_cut_short(tmp_path, length):
    crc = pytest.importorskip('google_crc32c').value
    head = struct.pack('<Q', length)
    value = crc(head)
    masked = ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF
    (tmp_path / 'a.tfrecord').write_bytes(head + struct.pack('<I', masked) + b'abc')
    with pytest.raises(ValueError, match=r'record 0 is cut short: .* but only 3 do'):
        list(read_records(tmp_path / 'a.tfrecord'))


@pytest.mark.parametrize('content', [DEEP, '[' * 100_000, '[' * 80 + ']' * 80])
def test_deep_json_is_one_line(tmp_path, content):
    path = tmp_path / 'a.json'
    path.write_text(content)
    for read in (
        load_annotations,
        lambda path: read_events(path, FineGymLists([], {}, {})),
    ):
        with pytest.raises(ValueError, match=r'a\.json: not a JSON file: ') as error:
            read(path)
        assert '\n' not in str(error.value)


def png_of(width, height):
    """A whole PNG of one colour: a few kilobytes, however large."""

    def chunk(kind, data):
        end = struct.pack('>I', zlib.crc32(kind + data))
        return struct.pack('>I', len(data)) + kind + data + end

    packer = zlib.compressobj(1)
    rows = b''.join(packer.compress(bytes(1 + width)) for _ in range(height))
    head = chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0))
    data = chunk(b'IDAT', rows + packer.flush())
    return b'\x89PNG\r\n\x1a\n' + head + data + chunk(b'IEND', b'')


def test_a_huge_picture_is_not_decoded():
    assert decode_image(png_of(40, 30), 'a.png').shape == (30, 40, 3)
    huge = png_of(16_000, 16_000)
    used = watched(decode_image, huge, 'a.png')
    assert used.error.startswith('VideoDecodeError: a.png: has more than 33 m')
    assert used.megabytes < 100


def test_a_chunk_that_claims_more_than_the_file_is_refused():
    good = bytearray(png_of(40, 30))
    good[33:37] = struct.pack('>I', 2**31 + 99)  # the length of IDAT
    used = watched(decode_image, bytes(good), 'a.png')
    assert used.error == 'VideoDecodeError: a.png cannot be decoded'
    assert used.megabytes < 100


PLAYLISTS = {
    'concat': "ffconcat version 1.0\nfile 'real.mp4'\n",
    'concat by size': "ffconcat version 1.0\nfile 'file:real.mp4'\nduration 1\n",
    'hls': '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nreal.mp4\n#EXT-X-ENDLIST\n',
    'sdp': 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n'
    'm=video 9999 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
    'dash': '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" '
    'profiles="urn:mpeg:dash:profile:isoff-live:2011"></MPD>',
    'smil': '<smil><body><video src="real.mp4"/></body></smil>',
    'm3u': 'real.mp4\n',
}


@pytest.mark.parametrize('decoder', ['pyav', 'decord'])
@pytest.mark.parametrize('name', PLAYLISTS)
def test_a_playlist_opens_no_other_file(tmp_path, name, decoder):
    write_mp4(tmp_path / 'real.mp4', moving_square(5, 32), 25)
    path = tmp_path / 'list.mp4'
    path.write_text(PLAYLISTS[name])
    with pytest.raises(VideoDecodeError, match=r'list\.mp4: cannot be decoded'):
        open_video(path, decoder=decoder)
    assert not has_sound(path)


def test_a_colon_in_a_name_is_no_protocol(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_mp4(tmp_path / 'real.mp4', moving_square(5, 32), 25)
    for name in ('concat:real.mp4', 'subfile,,start,0,end,0,,:real.mp4', '12:30.mp4'):
        (tmp_path / name).write_text('no video')
        with pytest.raises(VideoDecodeError):
            open_video(name)
    (tmp_path / '12:30.mp4').write_bytes((tmp_path / 'real.mp4').read_bytes())
    assert open_video('12:30.mp4').num_frames == 5


def make_index(path, **changed):
    eye = np.eye(6, dtype=np.float32)
    videos = [
        VideoEmbedding(name, eye[part], np.arange(3.0), 1.0)
        for name, part in (('a.mp4', slice(3)), ('b.mp4', slice(3, 6)))
    ]
    FrameIndex(videos).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    header = json.loads(str(arrays['header']))
    for name, value in changed.items():
        if name in header:
            header[name] = value
        else:
            arrays[name] = np.asarray(value)
    arrays['header'] = np.asarray(json.dumps(header))
    with open(path, 'wb') as file:
        np.savez(file, **arrays)
    return path


@pytest.mark.parametrize(
    'changed',
    [
        {'starts': [2, 3, 6]},
        {'starts': [0, 7, 6]},
        {'starts': [-6, 3, 6]},
        {'starts': [0, 0.5, 6]},
        {'provenance': ['a', 'b']},
        {'provenance': [['checkpoint', 'x']]},
        {'provenance': {'checkpoint': 1}},
        {'provenance': 'text'},
        {'filenames': [1, 2]},
        {'filenames': 'ab'},
        {'fps': [1.0, float('nan')]},
    ],
)
def test_an_index_that_was_changed_is_refused(tmp_path, changed):
    assert len(FrameIndex.load(make_index(tmp_path / 'i.npz'))) == 6
    with pytest.raises(ValueError, match=r'i\.npz: not a file of the form'):
        FrameIndex.load(make_index(tmp_path / 'i.npz', **changed))


@pytest.mark.parametrize('value', [['a'], [['checkpoint', 'x']], {'a': 1}, 'x', 3])
@pytest.mark.parametrize('suffix', ['.npz', '.parquet'])
def test_a_provenance_is_texts_by_name(tmp_path, value, suffix):
    if suffix == '.parquet':
        pytest.importorskip('pyarrow')
    from carl_mm.apis.embedding.embedding_files import write_embedding

    eye = np.eye(3, dtype=np.float32)
    fields = dict(filename='a.mp4', embeddings=eye, timestamps=np.arange(3.0), fps=1.0)
    path = tmp_path / f'a{suffix}'
    write_embedding(path, {**fields, 'provenance': value, 'frame_features': None})
    with pytest.raises(ValueError, match='provenance must be texts by name'):
        VideoEmbedding.load(path)


def test_an_archive_does_not_unpack_to_a_multiple_of_itself(tmp_path):
    path = tmp_path / 'a.npz'
    member = io.BytesIO()
    np.save(member, np.zeros((2**22, 8), np.float32))
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name in ('filename', 'embeddings', 'timestamps', 'fps', 'provenance'):
            archive.writestr(f'{name}.npy', member.getvalue())
    used = watched(VideoEmbedding.load, path)
    assert 'would unpack to' in used.error
    assert used.megabytes < 100


@pytest.mark.parametrize(
    'head',
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }",
        '(' * 900,
        '-' * 9000 + '1',
        "{'descr': 'V0', 'fortran_order': False, 'shape': (3,), }",
        '',
    ],
)
def test_a_header_of_an_array_may_say_anything(tmp_path, head):
    text = head.encode() + b'\n'
    path = tmp_path / 'a.npy'
    path.write_bytes(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(text)) + text)
    used = watched(read_phases, path, 3)
    assert used.error.startswith(f'ValueError: {path}: ')
    assert used.megabytes < 100


def fill_memory(size):
    """Not by malloc, which may have it at hand."""
    pages = mmap.mmap(-1, size)
    for place in range(0, size, mmap.PAGESIZE):
        pages[place] = 1


def test_the_watch_sees_memory_and_time():
    used = watched(fill_memory, 300 * 2**20)
    assert used.error == ''
    assert used.megabytes >= 290
    assert watched(sys.exit, 3).error.startswith('SystemExit')
