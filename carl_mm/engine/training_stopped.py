"""The error that ends a training which cannot go on."""


class TrainingStopped(RuntimeError):
    """A training cannot go on; the message says why, what is kept and what to do.

    `tools/train.py` prints it as one line and ends with status 1.
    """
