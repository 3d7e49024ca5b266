"""Code in processes that know nothing of OpenMMLab and of ours, in no time.

They are forked from one that has imported what those import of others: for a test in
which only mmengine's, mmcv's, mmaction2's and our names must be new.
"""

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

PROGRAM = """
import json, os, sys, traceback
import cv2, matplotlib.pyplot, numba, pandas, scipy.stats, sklearn.utils
import torch, torch._dynamo, torch.distributed.fsdp, torch.distributed.optim
import torchvision
known = 'mmengine', 'mmcv', 'mmaction', 'mmpretrain', 'carl_mm'
assert not set(known) & set(sys.modules)
for line in sys.stdin:
    code, said, failed = json.loads(line)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    for stream, path in enumerate((said, failed), 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    status = 0
    try:
        exec(code, {'__name__': '__main__'})
    except SystemExit as end:
        status = 1
        print(end, file=sys.stderr)
    except BaseException:
        status = 1
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # taking all that was imported apart lasts a second
"""


@cache
def _process():
    return subprocess.Popen(
        [sys.executable, '-c', PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )


def run_fresh(code):
    """Run code in such a process, to its end; `SystemExit` takes a text, not a number.

    Returns:
        `subprocess.CompletedProcess` with its exit status and the texts it printed.
    """
    process = _process()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ('stdout', 'stderr')]
        process.stdin.write(json.dumps([code, *map(str, files)]) + '\n')
        status = int(process.stdout.readline())
        return subprocess.CompletedProcess(
            code, status, *(file.read_text() for file in files)
        )
