"""What `carl_mm.apis` exports without importing it at once."""

import subprocess
import sys

import pytest

from carl_mm import apis


def test_each_name_is_found_and_listed():
    assert set(apis.__all__) == set(apis._MODULES) <= set(dir(apis))
    for name in apis.__all__:
        assert getattr(apis, name).__name__ == name
    with pytest.raises(AttributeError, match="'carl_mm.apis' has no attribute 'alin'"):
        apis.alin  # noqa: B018


def test_the_package_alone_is_light():
    code = 'import carl_mm.apis.cli, sys\nprint(*sys.modules)'
    # Not forked from a process that has imported them.
    said = subprocess.check_output([sys.executable, '-c', code], text=True).split()
    assert not {'torch', 'numpy', 'mmengine', 'rich'} & set(said)
    assert 'carl_mm.apis' in sys.modules
