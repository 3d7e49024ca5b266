"""XML of others."""

import time
import tracemalloc
import xml.etree.ElementTree as ET

import pytest

from carl_mm.datasets.converters.formats.annotations.xml_tree import (
    children,
    parse_xml,
    xml_text,
)

LAUGHS = '<!DOCTYPE a [<!ENTITY l0 "ha">' + ''.join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
)


@pytest.mark.parametrize(
    'text',
    [
        f'{LAUGHS}]><a>&l9;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>',
        '<!DOCTYPE a><a/>',
    ],
)
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-16'])
def test_document_types_are_refused_before_they_do_anything(text, encoding):
    tracemalloc.start()
    begun = time.perf_counter()
    with pytest.raises(ValueError, match='declares a document type'):
        parse_xml(text.encode(encoding))
    assert time.perf_counter() - begun < 1
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


@pytest.mark.parametrize(
    ('data', 'said'),
    [
        (b'<a>' * 65, 'nested more than 64 deep'),
        (b'<a>' * 100_000, 'nested more than 64 deep'),
        (b'<a>', 'no element found'),
        (b'', 'no element found'),
        (b'<a>\xff</a>', 'not well-formed'),
        (b'<a>&x;</a>', 'undefined entity'),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', 'unknown encoding'),
        ('<a>é</a>'.encode('utf-16')[:-3], 'line 1'),
    ],
)
def test_what_is_no_xml(data, said):
    with pytest.raises(ValueError, match=said):
        parse_xml(data)


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-16', 'iso-8859-1'])
def test_encodings_that_are_declared(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><a b="é">ü</a>'
    root = parse_xml(text.encode(encoding))
    assert (root.get('b'), root.text) == ('é', 'ü')


def test_text_is_read_as_it_was_written():
    root = ET.Element('a', b='<"&\n é')
    ET.SubElement(root, 'c').text = 'x\x00\x0b\ufffe\ud800y <&>'
    found = parse_xml(xml_text(root).encode())
    assert found.get('b') == '<"&\n é'
    assert [each.text for each in children([found], 'c')] == ['x    y <&>']
