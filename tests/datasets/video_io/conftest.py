import subprocess
import sys

import pytest

from tests.datasets.video_io import container_files


@pytest.fixture
def file(tmp_path, request):
    path = tmp_path / request.param
    if path.suffix == '.webm':
        script = container_files.__file__
        subprocess.run([sys.executable, script, str(path)], check=True)
    else:
        container_files.write(path)
    return path
