"""Where labels are written to."""

from pathlib import Path

import pytest

from carl_mm.datasets.converters.formats.annotations.forms import FORMS
from carl_mm.datasets.converters.formats.annotations.written_files import write_files
from tests.datasets.converters.formats.annotations.samples import labelled


def videos(*names):
    return [labelled(['x'], name) for name in names]


def test_files_are_named_after_their_videos(tmp_path):
    made = videos('a.mp4', 'a.mov', 'sub/b.mp4')
    files = write_files(made, FORMS['webvtt'], tmp_path / 'in', tmp_path / 'out')
    names = [path.relative_to(tmp_path / 'out').as_posix() for path in files]
    assert sorted(names) == ['a.mov.vtt', 'a.mp4.vtt', 'sub/b.vtt']
    with pytest.raises(ValueError, match='one video a file, but there are 3; name'):
        write_files(made, FORMS['webvtt'], tmp_path / 'in', tmp_path / 'out.vtt')
    one = write_files(made[:1], FORMS['elan'], tmp_path / 'in', tmp_path / 'x.eaf')
    assert one == [tmp_path / 'x.eaf'] and one[0].is_file()


@pytest.mark.parametrize(
    'names',
    [['../a.mp4'], ['{}/v/a.mp4', '{}/w/a.mp4'], ['x/../../a.mp4'], ['a\0.mp4']],
)
@pytest.mark.parametrize('form', [name for name in FORMS if FORMS[name].one_video])
def test_no_name_of_a_video_leads_out_of_the_folder(tmp_path, form, names):
    """Whoever writes a project must not choose where files are written."""
    names = [name.format(tmp_path) for name in names]  # even if it fails, inside here
    with pytest.raises(ValueError, match='out: the name .* cannot be that of a file'):
        write_files(videos(*names), FORMS[form], Path('in'), tmp_path / 'in' / 'out')
    assert not list(tmp_path.rglob('*'))


def test_the_source_is_not_written_over(tmp_path):
    (tmp_path / 'a.vtt').write_text('mine')
    for target in (tmp_path / 'a.vtt', tmp_path):
        with pytest.raises(ValueError, match='a.vtt: would be written over'):
            write_files(videos('a.mp4'), FORMS['webvtt'], tmp_path / 'a.vtt', target)
    with pytest.raises(ValueError, match='would be written over'):
        write_files(videos('a.mp4'), FORMS['webvtt'], tmp_path, tmp_path)
    assert (tmp_path / 'a.vtt').read_text() == 'mine'
