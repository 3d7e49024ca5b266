"""Processes that are forked from one without threads.

pytest's own process has some, of PyTorch, servers, writers. A lock that one of them
holds stays held in a process that is forked, which may then wait for ever.
"""

from torch import multiprocessing

# Imported once, by the process that is forked.
PRELOADED = (
    *('tests.conftest', 'tests.engine.small', 'tests.security.readers'),
    *('carl_mm.models', 'carl_mm.evaluation', 'carl_mm.engine'),
)
METHOD = 'forkserver'
CONTEXT = multiprocessing.get_context(METHOD)
CONTEXT.set_forkserver_preload(list(PRELOADED))
