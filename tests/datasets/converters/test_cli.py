"""What the converters' command lines share."""

import pytest

from carl_mm.datasets.annotations import load_annotations
from carl_mm.datasets.converters.cli import make_parser, run
from carl_mm.datasets.converters.conversion import conclude

ENTRIES = [{'filename': f'{i}.mp4', 'split': 'train'} for i in range(30)]


def test_the_number_of_workers(capsys):
    parser = make_parser('A text\n  as it is.')
    assert parser.parse_args([]).workers == 4
    assert parser.parse_args(['--workers', '7']).workers == 7
    assert '  as it is.' in parser.format_help()
    for bad in ('0', '-1', 'two'):
        with pytest.raises(SystemExit):
            parser.parse_args([f'--workers={bad}'])
        message = f"--workers: must be a whole number of at least 1, got '{bad}'"
        assert message in capsys.readouterr().err


def test_annotations_and_a_report_are_written(tmp_path, capsys):
    left_out = {entry['filename']: 'is damaged' for entry in ENTRIES[5:]}
    out = tmp_path / 'out.json'
    assert run(str(out), lambda: conclude('x', {}, ENTRIES, left_out), True) == 0
    assert load_annotations(out)['data_list'] == ENTRIES[:5]
    said = capsys.readouterr().out
    assert said.count(': is damaged') == 20 and 'left out  25' in said
    report = (tmp_path / 'out.left_out.csv').read_text().splitlines()
    assert len(report) == 26
    assert run(str(out), lambda: conclude('x', {}, ENTRIES, left_out)) == 0
    assert capsys.readouterr().out.count(': is damaged') == 25


def test_a_refusal_is_one_line_on_stderr(tmp_path, capsys):
    out = tmp_path / 'out.json'
    assert run(str(out), lambda: conclude('x', {}, [], {})) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ('', 'error: x: no video is left: there was none\n')
    assert not out.exists()
