"""TFRecord files of SequenceExamples, read without TensorFlow."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from carl_mm.quoting import clip

Values = list[bytes] | list[int] | list[float]
# What is needed of tensorflow/core/example/{feature,example}.proto: the fields (number,
# label and type, name) of each message. On the wire a map is a list of (key, value).
# Without 'oneof', whichever of the three lists is filled counts.
MESSAGES = {
    'BytesList': [(1, 'repeated bytes', 'value')],
    'FloatList': [(1, 'repeated float', 'value')],
    'Int64List': [(1, 'repeated int64', 'value')],
    'Feature': [
        (1, 'optional BytesList', 'bytes_list'),
        (2, 'optional FloatList', 'float_list'),
        (3, 'optional Int64List', 'int64_list'),
    ],
    'FeatureEntry': [(1, 'optional string', 'key'), (2, 'optional Feature', 'value')],
    'Features': [(1, 'repeated FeatureEntry', 'feature')],
    'FeatureList': [(1, 'repeated Feature', 'feature')],
    'FeatureListEntry': [
        (1, 'optional string', 'key'),
        (2, 'optional FeatureList', 'value'),
    ],
    'FeatureLists': [(1, 'repeated FeatureListEntry', 'feature_list')],
    'SequenceExample': [
        (1, 'optional Features', 'context'),
        (2, 'optional FeatureLists', 'feature_lists'),
    ],
}


class TFRecordError(ValueError):
    """A record cannot be read; the message names the file and the record's number."""


@dataclass(frozen=True)
class Record:
    """A record of a TFRecord file.

    Args:
        path: Path of the file.
        index: Number of the record in the file, from 0.
        offset: Position of the record's first byte in the file.
        payload: Content of the record.
    """

    path: Path
    index: int
    offset: int
    payload: bytes

    def __str__(self) -> str:
        return f'{self.path}: record {self.index}'


@dataclass(frozen=True)
class SequenceExample:
    """A sequence with values that belong to all of it or to one of its steps.

    Args:
        context: Values of the whole sequence, by name.
        feature_lists: Values of each step, by name.
    """

    context: dict[str, Values]
    feature_lists: dict[str, list[Values]]


def read_records(path: str | Path) -> Iterator[Record]:
    """Yield the records of a file, each checked against its checksums.

    Args:
        path: Path of the TFRecord file.

    Raises:
        TFRecordError: The file ends inside a record, or its bytes have changed.
    """
    with open(path, 'rb') as file:
        index = 0
        while (record := _read(file, Path(path), index)) is not None:
            yield record
            index += 1


def read_record(path: Path, index: int, offset: int) -> Record:
    """Read one record again, checked like those of `read_records`.

    Args:
        path: Path of the TFRecord file.
        index: Number of the record, for messages.
        offset: Position of the record's first byte.

    Raises:
        TFRecordError: The file has changed.
    """
    with open(path, 'rb') as file:
        file.seek(offset)
        record = _read(file, path, index)
    if record is None:
        raise TFRecordError(f'{path}: record {index} is gone: the file has changed')
    return record


def _read(file: BinaryIO, path: Path, index: int) -> Record | None:
    """Read ``length, crc(length), payload, crc(payload)``; None at the end."""
    offset = file.tell()
    head = file.read(12)
    if not head:
        return None
    where = f'{path}: record {index}'
    if len(head) < 12:
        raise TFRecordError(f'{where} is cut short: the file ends inside it')
    _check(head[:8], head[8:], f'the length of {where}')
    (length,) = struct.unpack('<Q', head[:8])
    there = os.fstat(file.fileno()).st_size - file.tell()
    if there < length + 4:  # before so many bytes are asked for
        raise TFRecordError(
            f'{where} is cut short: {length + 4} bytes should follow byte '
            f'{offset + 12}, but only {there} do'
        )
    body = file.read(length + 4)
    _check(body[:length], body[length:], where)
    return Record(path, index, offset, body[:length])


def _check(data: bytes, stored: bytes, what: str) -> None:
    import google_crc32c  # an optional requirement, for TFRecord files alone

    crc = google_crc32c.value(data)
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF  # as TensorFlow does
    if struct.pack('<I', masked) != stored:
        raise TFRecordError(
            f'{what} does not match its checksum: its bytes have changed'
        )


def parse_sequence_example(record: Record) -> SequenceExample:
    """Parse a record's payload.

    Args:
        record: Record of a TFRecord file.

    Raises:
        TFRecordError: The record is not a SequenceExample.
    """
    from google.protobuf.message import DecodeError

    try:
        message = _message_class().FromString(record.payload)
    except DecodeError as error:
        raise TFRecordError(
            f'{record} is not a SequenceExample: {clip(error)}'
        ) from error
    return SequenceExample(
        {entry.key: _values(entry.value) for entry in message.context.feature},
        {
            entry.key: [_values(feature) for feature in entry.value.feature]
            for entry in message.feature_lists.feature_list
        },
    )


def _values(feature: Any) -> Values:
    lists = (feature.bytes_list, feature.int64_list, feature.float_list)
    return next((list(values.value) for values in lists if values.value), [])


@cache
def _message_class() -> Any:
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(
        name='carl_mm/sequence_example.proto', package='carl_mm', syntax='proto3'
    )
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, kind, field_name in fields:
            label, type_name = kind.split()
            field = message.field.add(name=field_name, number=number)
            field.label = getattr(field, f'LABEL_{label.upper()}')
            if type_name in MESSAGES:
                field.type_name = f'.carl_mm.{type_name}'
                field.type = field.TYPE_MESSAGE
            else:
                field.type = getattr(field, f'TYPE_{type_name.upper()}')
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName('carl_mm.SequenceExample')
    return message_factory.GetMessageClass(descriptor)
