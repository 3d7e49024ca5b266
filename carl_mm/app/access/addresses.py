"""The addresses that the page answers."""

import re

# Gradio has others, which give out files, fetch addresses or run parts of components;
# the page needs none of them.
OPEN = {
    'GET': re.compile(
        r'/(config/?|theme\.css|favicon\.ico|manifest\.json|robots\.txt)?'
        r'|/(assets|static|svelte)/.+'
        r'|/carl/(info|video|frame)'
        r'|/gradio_api/(info/?|openapi\.json|app_id/?|startup-events|theme\.css'
        r'|queue/data|queue/status|upload_progress|heartbeat/\w+'
        r'|call/(v2/)?\w+/\w+)'
    ),
    'POST': re.compile(
        r'/gradio_api/(upload|queue/join|cancel|reset/?|(call|call/v2|run|api)/\w+/?)'
    ),
}
OPEN['HEAD'] = OPEN['GET']
UPLOAD = '/gradio_api/upload'


def is_open(method: str, path: str) -> bool:
    """Whether an address is one of the page's."""
    return (
        method in OPEN and '..' not in path and OPEN[method].fullmatch(path) is not None
    )
