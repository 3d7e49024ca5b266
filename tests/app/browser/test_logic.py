"""The page's logic without a browser: rows, undo, crops, saving."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.app.browser.fake_server import STATIC

NODE = shutil.which('node')


@pytest.mark.skipif(NODE is None, reason='Node is not installed')
def test_rows_undo_crops_tables_and_saving(tmp_path):
    # Node takes .js for modules where a package.json says so.
    shutil.copytree(STATIC, tmp_path / 'static')
    (tmp_path / 'package.json').write_text('{"type": "module"}')
    script = Path(__file__).with_name('logic.mjs')
    done = subprocess.run(
        [NODE, script, tmp_path / 'static'],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
