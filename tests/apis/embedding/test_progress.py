import torch

from carl_mm.apis.embedding.progress import WatchedStream, progress_bar


class Stream:
    def __len__(self):
        return 10

    def chunks(self, chunk_size):
        yield from torch.zeros(1, 10, 3, 2, 2).split(chunk_size, dim=1)


def test_each_share_is_told_once_it_has_been_used():
    told = []
    stream = WatchedStream(Stream(), told.append)
    assert len(stream) == 10
    before = [list(told) for _ in stream.chunks(4)]
    assert before == [[], [0.4], [0.4, 0.4]]
    assert told == [0.4, 0.4, 0.2]


def test_the_bar_is_for_terminals():
    assert progress_bar(False).disable
    assert progress_bar(True).disable  # pytest's stderr is a file
