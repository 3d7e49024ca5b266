"""Code in processes that know nothing of OpenMMLab and of ours, in no time.

They are forked from one that has imported what those import of others: for a test in
which only mmengine's, mmcv's, mmaction2's and our names must be new.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

PROGRAM = """
import atexit, json, os, signal, sys, traceback
import cv2, matplotlib.pyplot, numba, scipy.stats, sklearn.utils
import torch, torch._dynamo, torch.distributed.fsdp, torch.distributed.optim
import torchvision
known = 'mmengine', 'mmcv', 'mmaction', 'mmpretrain', 'carl_mm'
assert not set(known) & set(sys.modules)
for line in sys.stdin:
    code, said, failed, cwd, env = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    signal.alarm(600)
    for stream, path in enumerate((said, failed), 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    status = 0
    try:
        exec(code, {'__name__': '__main__'})
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        status = 1
        traceback.print_exc()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # taking all that was imported apart lasts a second
"""


@cache
def _process():
    process = subprocess.Popen(
        [sys.executable, '-c', PROGRAM],
        env=os.environ | {'OMP_NUM_THREADS': '1'},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    atexit.register(process.communicate)  # it ends when nobody asks
    return process


def run_fresh(code, cwd=None, env=None, merged=False):
    """Run code in such a process, to its end.

    Args:
        code: Python.
        cwd: Folder in which it runs; this process's if None.
        env: All variables of its environment, `OMP_NUM_THREADS` being 1 in any case.
        merged: Whether stderr goes to stdout.

    Returns:
        `subprocess.CompletedProcess` with its exit status and the texts it printed.
    """
    process = _process()
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder, 'stdout')
        failed = said if merged else Path(folder, 'stderr')
        sent = code, str(said), str(failed), str(cwd or Path.cwd())
        process.stdin.write(json.dumps([*sent, dict(env or os.environ)]) + '\n')
        status = int(process.stdout.readline())
        texts = said.read_text(), '' if merged else failed.read_text()
        return subprocess.CompletedProcess(code, status, *texts)
