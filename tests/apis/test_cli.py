import io
import os
import sys

import pytest

from carl_mm.apis.cli import (
    PATIENCE_S,
    add_frame_count,
    add_model,
    describe,
    frame_count,
    main,
    make_parser,
    one_line_errors,
)
from carl_mm.datasets.converters.formats.tables.frame_count import FrameCount
from carl_mm.distributed.launchers import LAUNCHERS
from carl_mm.files import atomic_write_csv
from carl_mm.run_stopped import RunStopped
from tests.tools.processes import run_here


@pytest.fixture
def videos(make_videos):
    return make_videos(lengths=(12, 9, 10)) / 'videos'


@pytest.mark.parametrize('kind', [ValueError, OSError, FileNotFoundError, ImportError])
def test_an_expected_error_is_one_line(kind, capsys):
    def fail(_):
        raise kind('a.mp4: what is wrong; what to do')

    assert main(fail, make_parser(''), []) == 1
    said = capsys.readouterr()
    assert said.err == 'error: a.mp4: what is wrong; what to do\n'
    assert said.out == ''
    with pytest.raises(kind):
        main(fail, make_parser(''), ['--traceback'])


def test_the_status_and_other_errors():
    assert main(lambda _: None, make_parser(''), []) == 0
    assert main(lambda _: 3, make_parser(''), []) == 3
    with pytest.raises(ZeroDivisionError):  # a bug of ours is not hidden
        main(lambda _: 1 // 0, make_parser(''), [])


def test_an_interruption_is_no_error(capsys):
    def interrupt(_):
        raise KeyboardInterrupt

    assert main(interrupt, make_parser(''), []) == 130
    assert capsys.readouterr().err == 'interrupted\n'


def test_the_help_keeps_its_lines():
    parser = make_parser('First line.\n\n  tool A\n  tool B\n')
    add_model(parser)
    assert '\n  tool A\n  tool B\n' in parser.format_help()
    assert parser.parse_args(['work_dir']).model == 'work_dir'


@pytest.mark.parametrize('name', ['retrieve', 'label_phases'])
def test_an_example_over_two_lines_can_be_pasted(name, capsys, monkeypatch):
    with pytest.raises(SystemExit):
        run_here(monkeypatch, name, '--help')
    lines = capsys.readouterr().out.splitlines()
    shown = [i for i, line in enumerate(lines) if line.startswith('python tools/')]
    assert shown
    for i in shown:
        assert lines[i].endswith(' \\') == lines[i + 1].startswith('    --')


def test_names_that_are_no_text_are_shown_and_written(tmp_path, monkeypatch):
    shown = io.BytesIO()
    monkeypatch.setattr(sys, 'stdout', io.TextIOWrapper(shown, encoding='utf-8'))
    name = 'ü\udcff.mp4'

    def write(_):
        sys.stdout.write(f'{name}\n')
        atomic_write_csv(tmp_path / 'hits.csv', ('filename',), [(name,)])
        sys.stdout.flush()

    assert main(write, make_parser(''), []) == 0
    expected = ['ü\\udcff.mp4']
    assert shown.getvalue().decode().splitlines() == expected
    written = (tmp_path / 'hits.csv').read_text(encoding='utf-8')
    assert written.splitlines()[1:] == expected


@pytest.mark.parametrize('name', ['retrieve', 'label_phases'])
def test_where_a_video_is_left_out_the_status_is_1(
    work_dir, videos, tmp_path, monkeypatch, name
):
    (tmp_path / 'labels.csv').write_text(
        'filename,first_frame,last_frame,phase\nvideo_0.mp4,0,5,a\n'
    )
    args = {
        'retrieve': (videos / 'video_0.mp4', '--time', '0', '--out', tmp_path / 'out'),
        'label_phases': (
            '--labels',
            tmp_path / 'labels.csv',
            '--out',
            tmp_path / 'out',
        ),
    }
    for status in (0, 1):
        with pytest.raises(SystemExit) as info:
            run_here(
                *(monkeypatch, name, work_dir, *args[name]),
                *('--videos', videos, '--device', 'cpu'),
            )
        assert info.value.code == status
        assert (tmp_path / 'out').exists()
        (videos / 'video_1.mp4').write_text('no video')


def test_the_system_s_number_is_left_out():
    assert describe(OSError(28, 'No space left', 'a.npz')) == 'a.npz: No space left'
    assert describe(OSError(28, 'a.npz: No space left')) == 'a.npz: No space left'
    assert describe(ValueError('wrong')) == 'wrong'


@pytest.fixture
def shown(monkeypatch, capsys):
    """What an error that nobody catches prints, and how long it waited."""
    for names in LAUNCHERS.values():
        monkeypatch.delenv(names.local_rank, raising=False)
    monkeypatch.setattr(sys, 'excepthook', sys.__excepthook__)
    waited = []
    monkeypatch.setattr('carl_mm.apis.cli.time.sleep', waited.append)

    def show(error, argv=()):
        one_line_errors(argv)
        try:
            raise error
        except BaseException as caught:
            sys.excepthook(type(caught), caught, caught.__traceback__)
        return capsys.readouterr().err, sum(waited)

    return show


@pytest.mark.parametrize('kind', [ValueError, OSError, ImportError, RunStopped])
def test_an_error_that_ends_the_process_is_one_line(shown, kind):
    assert shown(kind('a.py: what is wrong')) == ('error: a.py: what is wrong\n', 0)


def test_a_bug_keeps_its_traceback(shown):
    said, _ = shown(ZeroDivisionError('a bug'))
    assert said.startswith('Traceback')
    assert said.endswith('ZeroDivisionError: a bug\n')


def test_ctrl_c_is_no_traceback(shown):
    assert shown(KeyboardInterrupt()) == ('interrupted\n', 0)


@pytest.mark.parametrize('variable', [names.local_rank for names in LAUNCHERS.values()])
def test_another_process_waits_for_the_first_one_to_say_it(
    shown, monkeypatch, variable
):
    """The launcher ends it meanwhile; if not, the error is its own."""
    monkeypatch.setenv(variable, '2')
    said = 'error on process 2 of this machine: a.py: wrong\n'
    assert shown(ValueError('a.py: wrong')) == (said, PATIENCE_S)


def test_with_traceback_python_shows_the_error(monkeypatch):
    monkeypatch.setattr(sys, 'excepthook', sys.__excepthook__)
    one_line_errors(['a.py', '--traceback'])
    assert sys.excepthook is sys.__excepthook__


def test_how_labels_count_frames():
    parser = make_parser('')
    parser.add_argument('--labels')
    add_frame_count(parser.add_argument)
    assert frame_count(parser.parse_args([])) == FrameCount()
    options = ['--first-frame', '1', '--exclusive-end']
    given = parser.parse_args(['--labels', 'a.csv', *options])
    assert frame_count(given) == FrameCount(1, exclusive_end=True)
    with pytest.raises(ValueError, match='--first-frame: .* --labels .*; give that'):
        frame_count(parser.parse_args(options))


def test_salvage_holds_for_the_call_alone(monkeypatch):
    monkeypatch.delenv('CARL_MM_SALVAGE', raising=False)
    parser = make_parser('x')
    add_model(parser)
    seen = []

    def work(args):
        seen.append(os.environ.get('CARL_MM_SALVAGE'))

    main(work, parser, ['model.pth', '--salvage'])
    main(work, parser, ['model.pth'])
    assert seen == ['1', None]
