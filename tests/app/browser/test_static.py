"""The page's files: texts, imports, what a wheel takes along."""

import json
import re

import pytest
from setuptools.glob import glob

from tests.app.browser.fake_server import STATIC

SCRIPTS = sorted(path for path in STATIC.rglob('*.js') if path.parent.name != 'vendor')
LANGUAGES = json.loads((STATIC / 'texts' / 'index.json').read_text())


def texts(language):
    return json.loads((STATIC / 'texts' / f'{language}.json').read_text())


def placeholders(words):
    forms = words.values() if isinstance(words, dict) else [words]
    return set(re.findall(r'\{(\w+)\}', ' '.join(forms)))


@pytest.mark.parametrize('language', LANGUAGES)
def test_a_language_has_all_texts_with_the_same_placeholders(language):
    english, other = texts('en'), texts(language)
    assert list(other) == list(english)
    for key, words in english.items():
        assert placeholders(other[key]) == placeholders(words), key
        assert isinstance(other[key], dict) == isinstance(words, dict), key
        if isinstance(words, dict):
            assert 'other' in other[key], key
            assert '{n}' in ''.join(words.values()) or key == 'timeline.outliers', key


def test_every_text_is_used_and_every_used_one_is_there():
    code = '\n'.join(path.read_text() for path in SCRIPTS)
    exact = set(re.findall(r"['`]([a-z_]+(?:\.[a-z_0-9]+)*)['`]", code))
    made = [
        re.escape(text).replace('@', r'[\w.]+')
        for text in (
            re.sub(r'\$\{[^}]+\}', '@', found)
            for found in re.findall(r't\(`([^`]+)`', code)
        )
    ]
    known = set(texts('en'))
    for key in known:
        assert key in exact or any(re.fullmatch(form, key) for form in made), key
    called = set(re.findall(r"\bt\('([^']+)'", code))
    assert called <= known


def test_no_words_stand_in_the_code():
    for path in SCRIPTS:
        code = re.sub(r'//.*', '', path.read_text())
        assert not re.findall(r'(?<![\s=])>\s*[A-Za-z]{3,}[^<>${}();=]*<', code), path
        literal = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]+)"', code)
        assert literal == [], path


def test_imports_lead_to_files_of_the_page():
    for path in SCRIPTS:
        for name in re.findall(r"from '([^']+)'", path.read_text()):
            assert name.startswith('.'), f'{path}: {name}'
            assert (path.parent / name).is_file(), f'{path}: {name}'


def test_the_page_asks_nothing_from_elsewhere_and_has_no_inline_code():
    index = (STATIC / 'index.html').read_text()
    names = re.findall(r'(?:src|href)="([^"]+)"', index)
    assert names
    for name in names:
        assert (STATIC.parent / name).is_file(), name
    assert re.findall(r'<script(?![^>]*src=)', index) == []
    assert re.findall(r'\son\w+=', index) == []
    for path in [*SCRIPTS, *STATIC.rglob('*.css')]:
        assert not re.findall(r'https?://|\beval\(|new Function', path.read_text()), (
            path
        )


def test_files_are_short_and_nothing_is_smaller_than_14_pixels():
    for path in [*SCRIPTS, *STATIC.rglob('*.css')]:
        assert len(path.read_text().splitlines()) <= 200, path
    for path in STATIC.rglob('*.css'):
        sizes = re.findall(r'font(?:-size)?:[^;]*?(\d+)px', path.read_text())
        assert all(int(size) >= 14 for size in sizes), path


def test_a_wheel_takes_all_files_along():
    setup = (STATIC.parents[2] / 'setup.py').read_text()
    (pattern,) = re.findall(r"'(app/static/[^']+)'", setup)
    taken = set(glob(str(STATIC.parents[1] / pattern), recursive=True))
    assert {str(path) for path in STATIC.rglob('*') if path.is_file()} <= taken
