import pytest

from tests.apis.trained import make_work_dir


@pytest.fixture(scope='session')
def work_dir(tmp_path_factory):
    """A work dir that no test changes."""
    return make_work_dir(tmp_path_factory.mktemp('trained'))
