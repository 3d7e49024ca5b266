import base64

import pytest

from carl_mm.datasets.converters.formats.tfrecord import (
    TFRecordError,
    parse_sequence_example,
    read_record,
    read_records,
)
from tests.datasets.converters.published import sequence_example, write_records

# Written by TensorFlow 2.21: tf.io.TFRecordWriter, two tf.train.SequenceExamples.
TENSORFLOW = base64.b64decode(
    'jwAAAAAAAABu6+LsCkkKFwoFbGFiZWwSDhoMCgr///////////8BCgwKA2xlbhIFGgMKAQIKDQoEbmFt'
    'ZRIFCgMKAWEKEQoBeBIMEgoKCAAAAD8AAADAEkIKHwoMZnJhbWVfbGFiZWxzEg8KBRoDCgEACgYaBAoC'
    'rAIKHwoFdmlkZW8SFgoJCgcKBWpwZWcwCgkKBwoFanBlZzFwxMZEfAAAAAAAAADJ48fICkkKFwoFbGFi'
    'ZWwSDhoMCgr///////////8BCgwKA2xlbhIFGgMKAQEKDQoEbmFtZRIFCgMKAWIKEQoBeBIMEgoKCAAA'
    'AD8AAADAEi8KFwoMZnJhbWVfbGFiZWxzEgcKBRoDCgEEChQKBXZpZGVvEgsKCQoHCgVqcGVnMN8ttN4='
)
FIRST_RECORD = 159  # bytes


def test_reads_what_tensorflow_writes(tmp_path):
    path = tmp_path / 'x.tfrecord'
    path.write_bytes(TENSORFLOW)
    records = list(read_records(path))
    assert [(record.index, record.offset) for record in records] == [(0, 0), (1, 159)]
    first, second = map(parse_sequence_example, records)
    assert first.context == {'label': [-1], 'len': [2], 'name': [b'a'], 'x': [0.5, -2]}
    assert first.feature_lists == {
        'frame_labels': [[0], [300]],
        'video': [[b'jpeg0'], [b'jpeg1']],
    }
    assert second.feature_lists == {'frame_labels': [[4]], 'video': [[b'jpeg0']]}
    assert read_record(path, 1, FIRST_RECORD) == records[1]


def test_every_changed_byte_is_found(tmp_path):
    path = tmp_path / 'x.tfrecord'
    for place in range(len(TENSORFLOW)):
        changed = bytearray(TENSORFLOW)
        changed[place] ^= 0x10
        path.write_bytes(changed)
        index = int(place >= FIRST_RECORD)
        with pytest.raises(TFRecordError, match=rf'x\.tfrecord: record {index} '):
            list(read_records(path))


def test_every_cut_is_found(tmp_path):
    path = tmp_path / 'x.tfrecord'
    for length in range(1, len(TENSORFLOW)):
        if length == FIRST_RECORD:
            continue  # a whole file of one record
        path.write_bytes(TENSORFLOW[:length])
        index = int(length > FIRST_RECORD)
        with pytest.raises(TFRecordError, match=rf'record {index} is cut short'):
            list(read_records(path))


def test_no_record_and_no_sequence_example(tmp_path):
    path = tmp_path / 'x.tfrecord'
    path.write_bytes(b'')
    assert list(read_records(path)) == []
    with pytest.raises(TFRecordError, match='record 1 is gone'):
        read_record(path, 1, 0)
    whole = sequence_example({'len': [1]}, {})
    write_records(path, [whole, whole[:-1] + b'\xff'])
    good, bad = read_records(path)
    assert parse_sequence_example(good).context == {'len': [1]}
    with pytest.raises(TFRecordError, match='record 1 is not a SequenceExample'):
        parse_sequence_example(bad)
