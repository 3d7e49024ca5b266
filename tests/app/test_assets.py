"""The scripts in the page's head."""

import re

import pytest

pytest.importorskip('gradio')
from carl_mm.app.assets import css, head  # noqa: E402
from carl_mm.app.tabs import TABS  # noqa: E402


def test_the_player_comes_before_the_tabs_that_use_it():
    scripts = re.findall(r'<script>(.*?)</script>', head(), re.S)
    assert len(scripts) == 1 + len(TABS)
    assert 'carl.Player = ' in scripts[0]
    for tab, script in zip(TABS, scripts[1:], strict=True):
        assert f'carl.{tab.name}Tab = ' in script
        assert f"carl.ready('{tab.name}'," in script


def test_the_style_sheet_is_of_the_classes_that_scripts_and_panels_use():
    used = head() + ''.join(tab.panel for tab in TABS)
    styled = set(re.findall(r'\.carl-(?!status|error)(\w+)', css()))
    assert len(styled) > 10
    assert [name for name in styled if f'carl-{name}' not in used] == []
