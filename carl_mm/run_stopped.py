"""The error that ends a training or a test which cannot go on."""


class RunStopped(RuntimeError):  # noqa: N818  (says what happened, as StopIteration)
    """A run cannot go on; the message says why, what is kept and what to do.

    The tools print it as one line and end with status 1.
    """
