"""The addresses that the page answers."""

import re

# Of the folder's page and of the example's, which is the same below another name.
OPEN = {
    'GET': re.compile(
        r'/(example/)?(|static/[\w./-]+|api/[\w/-]+)|/example|/favicon\.ico'
    ),
    'POST': re.compile(r'/(example/)?api/[\w/-]+'),
    'PUT': re.compile(r'/(example/)?api/(labels|choices|uploads)'),
}
OPEN['HEAD'] = OPEN['GET']


def is_open(method: str, path: str) -> bool:
    """Whether an address is one of the page's."""
    return (
        method in OPEN and '..' not in path and OPEN[method].fullmatch(path) is not None
    )
