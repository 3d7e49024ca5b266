import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from mmengine.runner import CheckpointLoader


class Evil:
    def __reduce__(self):
        return (print, ('ran',))


def test_a_download_runs_no_code_and_is_kept(tmp_path, monkeypatch):
    served = tmp_path / 'served'
    served.mkdir()
    torch.save({'state_dict': {'w': torch.ones(2)}}, served / 'good.pth')
    torch.save({'extra': Evil()}, served / 'evil.pth')
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'hub'))
    handler = partial(SimpleHTTPRequestHandler, directory=str(served))
    server = ThreadingHTTPServer(('127.0.0.1', 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f'http://127.0.0.1:{server.server_port}'
    load = partial(CheckpointLoader.load_checkpoint, map_location='cpu')
    assert load(f'{root}/good.pth')['state_dict']['w'].sum() == 2
    with pytest.raises(ValueError, match='more than weights'):
        load(f'{root}/evil.pth')
    server.shutdown()
    server.server_close()
    assert load(f'{root}/good.pth')['state_dict']['w'].sum() == 2
