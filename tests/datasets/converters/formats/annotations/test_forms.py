"""A file's form is found by its content."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carl_mm.datasets.converters.formats.annotations.foreign import one_line
from carl_mm.datasets.converters.formats.annotations.forms import (
    FORMS,
    find_form,
    form_of_name,
)
from carl_mm.datasets.converters.formats.annotations.reading import table_of
from carl_mm.datasets.converters.formats.annotations.source import Source
from carl_mm.datasets.converters.formats.folder_csv import read_labels
from tests.datasets.converters.formats.annotations import samples

SAMPLES = {
    'elan': samples.EAF,
    'boris': json.dumps(samples.BORIS),
    'boris_events': samples.AGGREGATED,
    'label_studio': json.dumps(samples.LABEL_STUDIO),
    'cvat': samples.CVAT,
    'via': json.dumps(samples.VIA),
    'textgrid': samples.SHORT_GRID,
    'webvtt': samples.VTT,
}


def test_every_form_that_is_read_has_a_sample():
    assert SAMPLES.keys() == {name for name, form in FORMS.items() if form.read}


@pytest.mark.parametrize('form', SAMPLES)
@pytest.mark.parametrize('suffix', ['.txt', '.csv', '.json'])
def test_whatever_the_name_the_content_counts(tmp_path, form, suffix):
    file = samples.source(tmp_path, f'a{suffix}', SAMPLES[form])
    assert find_form(file) is FORMS[form]


@pytest.mark.parametrize('form', FORMS)
def test_what_is_written_is_of_the_form(tmp_path, form):
    text = FORMS[form].write([samples.labelled(['x', 'y'], action='cook')])
    found = find_form(samples.source(tmp_path, 'a', text))
    read_as = {'label_studio_predictions': 'label_studio', 'csv': None}
    assert found is FORMS.get(read_as.get(form, form))


@pytest.mark.parametrize(
    'text',
    [
        '',
        'filename,first_frame,last_frame,phase\n',
        '{"metainfo": {}, "data_list": []}',
        '[1]',
        '[]',
        '{broken',
        'WEBVTTX',
        'PK\x03\x04',
    ],
)
def test_all_else_is_of_no_such_form(tmp_path, text):
    assert find_form(samples.source(tmp_path, 'a', text)) is None


def test_unknown_xml_is_told(tmp_path):
    with pytest.raises(ValueError, match='a: XML of an unknown kind .<html>.; known'):
        find_form(samples.source(tmp_path, 'a', '<html/>'))
    with pytest.raises(ValueError, match='a: not an XML file: declares a document'):
        find_form(samples.source(tmp_path, 'a', '<!DOCTYPE html><html/>'))


def test_the_ending_of_a_name_tells_its_form():
    found = {
        name: form_of_name(f'x{form.suffix}')
        for name, form in FORMS.items()
        if form.suffix != '.json'
    }
    assert all(name == form for name, form in found.items())
    with pytest.raises(
        ValueError, match='x.json: say by --to .*label_studio_pred.*via'
    ):
        form_of_name('x.json')
    with pytest.raises(ValueError, match='x: say by --to .*: one of csv, elan'):
        form_of_name('x')


def swapped(value):
    """Yield copies of a value in which one part is of another type, or not there."""
    for other in (None, 5, True, 'x', [], {'x': 'x'}, 1e400):
        yield other
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: each for name, each in value.items() if name != key}
            yield from ({**value, key: other} for other in swapped(part))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            for other in swapped(part):
                yield [*value[:index], other, *value[index + 1 :]]


@pytest.mark.parametrize('kind', ['BORIS', 'LABEL_STUDIO', 'VIA'])
def test_parts_of_any_type_are_one_clear_error(tmp_path, kind):
    good, read = getattr(samples, kind), 0
    file = samples.as_json(tmp_path, 'a', good)
    for value in swapped(good):
        if type(value) is not type(good):
            continue
        file.json = value  # as if it were parsed
        form = find_form(file)
        if form is None:
            continue
        try:
            read += len(table_of(file, form.read, None, None, None).rows) > 0
        except ValueError as error:
            assert str(error).startswith(f'{file.path}: ')
    assert read > 50


def test_elements_of_xml_that_lack_an_attribute_or_have_a_bad_one(tmp_path):
    for text in (samples.EAF, samples.CVAT):
        for match in re.finditer(r' \w+="[^"]*"', text):
            for other in ('', re.sub('".*"', '"\u2620"', match[0])):
                path = tmp_path / 'a.txt'
                path.write_text(text[: match.start()] + other + text[match.end() :])
                try:
                    read_labels(path, None, None, None)
                except ValueError as error:
                    assert str(error).startswith(f'{path}: ')


@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.text(max_size=8), min_size=1, max_size=4))
@pytest.mark.parametrize('form', [name for name in FORMS if FORMS[name].one_video])
def test_any_name_comes_back_from_files_of_one_video(tmp_path_factory, form, names):
    come_back(tmp_path_factory, form, names)


@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.text(max_size=8), min_size=1, max_size=4))
@pytest.mark.parametrize('form', ['boris', 'boris_events', 'label_studio', 'via'])
def test_any_name_comes_back_from_files_of_many(tmp_path_factory, form, names):
    come_back(tmp_path_factory, form, names)


def come_back(tmp_path_factory, form, names):
    path = tmp_path_factory.getbasetemp() / f'{form}.txt'
    names = [name for name in map(one_line, names) if name] or ['x']
    path.write_text(
        FORMS[form].write([samples.labelled(names)]), errors='backslashreplace'
    )
    found = find_form(Source(path)).read(Source(path))
    assert [row.phase for row in found.rows] == names
