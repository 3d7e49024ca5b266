import socket
import threading

import pytest

from carl_mm.apis.embedding.untrusted_config import (
    check_config,
    no_network,
    without_weights,
)


def test_weights_are_left_out_and_nothing_else():
    given = {
        'type': 'A',
        'pretrained': True,
        'parts': [{'init_cfg': {'type': 'Pretrained'}, 'load_from': 'x', 'size': 3}],
        'steps': ({'pretrained': 'https://x'}, {'pretrained': False}),
    }
    assert without_weights(given) == {
        'type': 'A',
        'pretrained': False,
        'parts': [{'init_cfg': None, 'load_from': None, 'size': 3}],
        'steps': ({'pretrained': None}, {'pretrained': False}),
    }


@pytest.mark.parametrize(
    ('parts', 'scope', 'message'),
    [
        ({'type': 'BN'}, 'evil', 'default_scope is'),
        ([{'a': {'_scope_': 'evil'}}], 'mmaction', 'has _scope_='),
        ({'type': 'os.system'}, 'mmaction', "names 'os.system'"),
        ({'type': ['BN']}, 'mmaction', r"names \['BN'\]"),
        ({'a': ['ftp://x']}, 'mmaction', 'a=.* would reach the network'),
    ],
)
def test_what_is_refused(parts, scope, message):
    check_config([{'type': 'BN', 'a': 'x:y'}], 'mmaction', 'a.pth')
    with pytest.raises(ValueError, match=rf'a\.pth: .*{message}'):
        check_config(parts, scope, 'a.pth')


def test_only_this_thread_is_without_network():
    reached = []
    with socket.create_server(('127.0.0.1', 0)) as server:
        address = server.getsockname()

        def connect():
            socket.create_connection(address, timeout=5).close()
            reached.append(1)

        with no_network():
            with pytest.raises(OSError, match='no network for a foreign config'):
                connect()
            other = threading.Thread(target=connect)
            other.start()
            other.join()
        connect()
    assert len(reached) == 2
