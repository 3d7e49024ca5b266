import json

import pytest

from carl_mm.apis.localization.truth import load_truth, video_ids

GOOD = {
    'subset': 'training',
    'duration': 9.5,
    'annotations': [{'segment': [0, 3.5], 'label': 'Rock climbing'}],
}


def write(folder, content):
    path = folder / 'truth.json'
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_reads_the_published_form(tmp_path):
    hidden = {'subset': 'testing', 'duration': 3, 'annotations': []}
    content = {'version': '1.3', 'database': {'a': GOOD, 'b': hidden}, 'taxonomy': []}
    assert load_truth(write(tmp_path, content)) == content['database']


def changed(**keys):
    return {'database': {'a': GOOD, 'bad': GOOD | keys}}


def row(segment, label='x'):
    return changed(
        annotations=[*GOOD['annotations'], dict(segment=segment, label=label)]
    )


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('{', 'not a JSON file'),
        ([], 'must be {"database"'),
        ({'database': []}, 'must be {"database"'),
        ({'database': {'bad': 3}}, 'bad: must be {"subset"'),
        (changed(annotations=None), 'bad: must be {"subset"'),
        (changed(subset='train'), "bad: unknown subset 'train'; known: training"),
        (changed(annotations=[3]), r'bad: annotations\[0\].*got 3'),
        (row([3, 1]), r'bad: annotations\[1\].*start <= end.*\[3, 1\]'),
        (row([3]), r'bad: annotations\[1\]'),
        (row(['0', '1']), r'bad: annotations\[1\]'),
        (row([0, float('nan')]), r'bad: annotations\[1\]'),
        (row([0, 1], ''), r'bad: annotations\[1\].*a label'),
    ],
)
def test_what_is_not_the_form_is_named(tmp_path, content, message):
    path = write(tmp_path, content)
    with pytest.raises(ValueError, match=message) as error:
        load_truth(path)
    assert str(error.value).startswith(str(path))


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'absent\.json'):
        load_truth(tmp_path / 'absent.json')


def test_ids_are_stems_without_their_prefix():
    assert video_ids(['x/v_abc.mp4', 'def.mkv', 'v_v_g.mp4'], None) == [
        'abc',
        'def',
        'v_g',
    ]
    # An id that begins with v_ itself, in a file named by the id alone.
    assert video_ids(['v_g.mp4'], {'v_g': GOOD}) == ['v_g']
    assert video_ids(['v_v_g.mp4'], {'v_g': GOOD}) == ['v_g']


def test_clashing_and_unknown_ids_are_all_named():
    with pytest.raises(ValueError, match=r"y/v_a\.mp4: the id 'a' is also.*x/a\.mp4"):
        video_ids(['x/a.mp4', 'y/v_a.mp4'], None)
    with pytest.raises(ValueError, match='2 problems') as error:
        video_ids(['a.mp4', 'b.mp4', 'v_c.mp4'], {'a': GOOD})
    assert "b.mp4: no video 'b'" in str(error.value)
    assert "v_c.mp4: no video 'c'" in str(error.value)
