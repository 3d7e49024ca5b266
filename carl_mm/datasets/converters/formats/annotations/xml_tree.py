"""XML that someone else wrote."""

import re
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder, indent, tostring
from xml.parsers import expat

MAX_DEPTH = 64
NOT_IN_XML = re.compile('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')


def parse_xml(data: bytes) -> Element:
    """Read XML from memory.

    No form of labels declares a document type. Where one is declared, entities could
    name other files, or grow to gigabytes; so it is refused before anything is made
    of it.

    Raises:
        ValueError: It is not XML, has a document type, or elements are nested more
            than 64 deep; the message is a clause.
    """
    parser, builder, depth = expat.ParserCreate(), TreeBuilder(), 0

    def refuse(*_: Any) -> None:
        raise ValueError('declares a document type, which could name other files')

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(f'nested more than {MAX_DEPTH} deep')
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        raise ValueError(f'{error}') from error
    return builder.close()


def xml_text(root: Element) -> str:
    """Return the text of an XML file, without characters that XML cannot have."""
    indent(root)
    for element in root.iter():
        element.text = element.text and NOT_IN_XML.sub(' ', element.text)
        for name, value in element.attrib.items():
            element.set(name, NOT_IN_XML.sub(' ', value))
    text = tostring(root, encoding='unicode')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def children(elements: Iterable[Element], tag: str) -> list[Element]:
    """Return all children of this name."""
    return [child for element in elements for child in element if child.tag == tag]
