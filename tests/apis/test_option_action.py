"""What --cfg-options takes, and what it says of anything else."""

from argparse import ArgumentParser

import pytest

from carl_mm.apis.option_action import OptionAction


def parse(*given):
    parser = ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=OptionAction)
    return parser.parse_args(['--cfg-options', *given]).cfg_options


FORMS = {
    'a.b=1': 1,
    'a.b=1e-3': 1e-3,
    'a.b=true': True,
    'a.b=None': None,
    'a.b=text': 'text',
    'a.b=': '',
    'a.b=x=y': 'x=y',
    'a.b=1,2': [1, 2],
    'a.b=[1]': [1],
    'a.b=[1, 2]': [1, 2],
    'a.b=(1,2)': (1, 2),
    'a.b=[(1,2),[x,y]]': [(1, 2), ['x', 'y']],
    'a.b=my videos/倒水': 'my videos/倒水',
    "a.b='my videos'": 'my videos',
}


@pytest.mark.parametrize('given', FORMS)
def test_a_known_form_is_read(given):
    assert parse(given) == {'a.b': FORMS[given]}


def test_several_options_and_flags_add_up():
    parser = ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=OptionAction)
    argv = ['--cfg-options', 'a=1', 'b=2', '--cfg-options', 'b=3']
    assert parser.parse_args(argv).cfg_options == {'a': 1, 'b': 3}


UNKNOWN = {
    'a.b': 'not of the form KEY=VALUE',
    '=3': 'not of the form KEY=VALUE',
    '2]': 'not of the form KEY=VALUE; lists take no blanks',
    'a=[1,': 'brackets do not match',
    'a=[': 'brackets do not match',
    'a=[1)': 'brackets do not match',
    'a=(1,2': 'brackets do not match',
    'a={b:1}': 'a dict is set key by key',
    'a[0].b=1': 'named by its class or its number between dots',
}


@pytest.mark.parametrize('given', UNKNOWN)
def test_an_unknown_form_is_named_in_one_line(given):
    with pytest.raises(ValueError, match=UNKNOWN[given]) as error:
        parse('x=1', given)
    assert f'--cfg-options {given}: ' in str(error.value)
    assert '\n' not in str(error.value)
