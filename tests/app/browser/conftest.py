import pytest

from tests.app.browser.people import chromium


@pytest.fixture(scope='module')
def browser():
    with chromium() as launched:
        yield launched
