"""What is known of Gradio's vulnerabilities stays true of the page."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_the_docs_judge_the_pinned_version():
    """After an update, compare docs/page_safety.md with the new source."""
    lock = (ROOT / 'requirements' / 'lock.txt').read_text()
    (pinned,) = re.findall(r'(?m)^gradio==(\S+)', lock)
    page = (ROOT / 'docs' / 'page_safety.md').read_text()
    assert set(re.findall(r'6\.\d+\.\d+', page)) == {pinned}


def test_the_page_has_no_component_that_is_named_there(running):
    config = running.http.get('/config').json()
    used = {component['type'] for component in config['components']}
    named = {'dataframe', 'datetime', 'audio', 'fileexplorer', 'downloadbutton'}
    named |= {'loginbutton', 'file', 'multimodaltextbox', 'code'}
    assert 'uploadbutton' in used
    assert not used & named


def test_gradio_still_does_not_check_by_itself(running, tmp_path):
    """When it does, the page's own check can be looked at anew."""
    pytest.importorskip('gradio')
    from carl_mm.app.page import build_page
    from gradio.context import LocalContext
    from gradio.processing_utils import _check_allowed

    page = build_page(running.library, None)
    token = LocalContext.blocks.set(page)
    try:
        _check_allowed('/etc/passwd', check_in_upload_folder=True)
    finally:
        LocalContext.blocks.reset(token)
