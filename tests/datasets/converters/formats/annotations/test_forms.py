"""A file's form is found by its content."""

import json

import pytest

from carl_mm.datasets.converters.formats.annotations.forms import (
    FORMS,
    find_form,
    form_of_name,
)
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
