"""The server's contract with made-up answers, so that the page is tested alone."""

import asyncio
import json
import socket
import threading
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles

import carl_mm.app
from carl_mm.app.media.playable import frame_jpeg
from carl_mm.datasets.video_io.video_writer import write_mp4
from tests.conftest import moving_square

STATIC = Path(carl_mm.app.__file__).parent / 'static'
CSP = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FPS = 25
LENGTHS = {'a.mp4': 60, 'b.mp4': 80, 'c.mp4': 70, 'sub/d.mp4': 64}
MODEL = {'name': 'start', 'kind': 'start', 'title': 'Starting model'}


class World:
    """What the server knows; tests change it and look at what was asked.

    Args:
        folder: Where the videos are made.
        extra: Number of rows in the list beside the videos that can be played.
    """

    def __init__(self, folder: Path, extra: int = 0) -> None:
        self.folder = folder
        for index, (name, length) in enumerate(LENGTHS.items()):
            if not (folder / name).exists():
                write_mp4(folder / name, moving_square(length, 128, index), FPS)
        self.extra, self.asked = extra, []
        self.choices = {'tour_done': True}
        self.labels, self.revision, self.changes = {}, 0, 0
        self.training, self.refuse, self.doubt = None, {}, ''

    def state(self):
        total = len(LENGTHS) + self.extra
        return {
            'folder': 'golf swings',
            'language_hint': 'en',
            'windows': 1,
            'read_only': False,
            'videos': {'total': total, 'known': total, 'ready': 4, 'revision': 1},
            'model': MODEL,
            'models': [MODEL],
            'embedding': {
                'model': 'start',
                'done': total,
                'total': total,
                'remaining_s': None,
                'error': '',
            },
            'training': self.training,
            'labels_revision': self.revision,
            'choices': self.choices,
        }

    def videos(self):
        rows = [row(name, n) for name, n in LENGTHS.items()]
        rows += [row(f'clip {i:04}.mp4', 100) for i in range(self.extra)]
        bad = row('broken.mp4', None) | {
            'state': 'left_out',
            'reason': 'no video in it',
        }
        return {'revision': 1, 'videos': [*rows, bad]}

    def write(self, video, rows, origin='painted', confidence=None):
        self.revision += 1
        self.labels[video] = {
            'rows': rows,
            'origin': origin,
            'confidence': confidence,
            'revision': self.revision,
        }
        if not rows:
            del self.labels[video]
        return self.revision

    def all_labels(self):
        phases = [r[2] for entry in self.labels.values() for r in entry['rows']]
        return {
            'revision': self.revision,
            'phases': list(dict.fromkeys(phases)),
            'videos': self.labels,
        }


def row(name, frames):
    return {
        'name': name,
        'seconds': frames and frames / FPS,
        'frames': frames,
        'fps': FPS,
        'state': 'ready',
        'reason': '',
        'is_upload': False,
        'labelled': '',
        'v': '1-1',
    }


def align(world, body):
    a, b = LENGTHS[body['a']], LENGTHS[body['b']]
    return {
        'a': body['a'],
        'b': body['b'],
        'frames_b': [round(i * (b - 1) / (a - 1)) for i in range(a)],
        'frames_a': [round(i * (a - 1) / (b - 1)) for i in range(b)],
        'alone_a': list(range(6)),
        'alone_b': [],
        'warped_timestamps': [],
        'ends': 'open',
        'alignable': True,
        'score': 0.87,
        'stride': 1,
        'doubt': world.doubt,
    }


def rank(world, body):
    others = [name for name in LENGTHS if name != body['video']]
    rows = [
        {
            'name': name,
            'score': 0.9 - i / 9,
            'z': 4 - 2 * i,
            'is_like': i < 2,
            'doubt': ('', 'weak', 'unrelated')[i],
        }
        for i, name in enumerate(others)
    ]
    return {'a': body['video'], 'ranking': rows}


def find(world, body):
    hits = []
    for name in list(LENGTHS)[1:]:
        hit = {'video': name, 'first': 40, 'last': 40, 'time_s': 1.6}
        hit |= {'end_s': 1.6, 'similarity': 0.91}
        if body['first'] != body['last']:
            hit |= {'first': 30, 'last': 50, 'end_s': 2.0}
        hits.append(hit)
    return {'hits': hits}


def timeline(world, body):
    names = body['videos'] or list(LENGTHS)
    clock = [i / FPS for i in range(70)]
    videos = [
        {
            'name': name,
            'frame_inds': [round(i * (LENGTHS[name] - 1) / 69) for i in range(70)],
            'outlier': name == 'c.mp4',
            'similarity': 0.8,
        }
        for name in names
    ]
    return {
        'clock': clock,
        'videos': videos,
        'pace_spread': [abs(i - 35) / 70 for i in range(70)],
        'uncertainty': [0.1 + (i % 20) / 100 for i in range(70)],
        'events': [{'name': 'swing', 'clock_s': 1.2, 'spread_s': 0.04, 'marked_in': 3}],
    }


def carry(world, body):
    carried = {}
    for name in ('b.mp4', 'c.mp4', 'sub/d.mp4'):
        if world.labels.get(name, {}).get('origin') == 'painted':
            continue
        half, n = LENGTHS[name] // 2, LENGTHS[name]
        names = world.all_labels()['phases'] or ['reach']
        rows = [[0, half - 1, names[0], 0.9], [half, n - 1, names[-1], 0.4]]
        world.write(name, [r[:3] for r in rows], 'suggested', [r[3] for r in rows])
        carried[name] = {'num_frames': n, 'rows': rows, 'doubt': half / 100}
    return {'carried': carried}


def accept(world, body):
    for name, entry in list(world.labels.items()):
        if body.get('videos') is None or name in body['videos']:
            world.write(name, entry['rows'])
    return {}


def rename(world, body):
    for name, entry in list(world.labels.items()):
        rows = [
            [f, n, body['new'] if p == body['old'] else p] for f, n, p in entry['rows']
        ]
        world.write(name, rows, entry['origin'])
    return {}


def deviations(world, body):
    scores = [
        5 * (25 < i < 35) + (i % 7) / 10 - 2 for i in range(LENGTHS[body['video']])
    ]
    segment = {
        'first_frame': 26,
        'last_frame': 34,
        'start_s': 1.04,
        'end_s': 1.4,
        'peak': 3.6,
        'is_cut': False,
    }
    return {
        'video': body['video'],
        'references': body['references'] or ['b.mp4', 'c.mp4'],
        'scores': scores,
        'threshold': 0.0,
        'warning': '',
        'segments': [segment],
    }


def suggest(world, body):
    return {'references': [name for name in LENGTHS if name != body['video']][:2]}


def estimate(world, body):
    return {'seconds': 754, 'steps': 900, 'videos': 4, 'disk_mb': 38}


def start(world, body):
    matches = align(world, {'a': 'a.mp4', 'b': 'b.mp4'})['frames_b']
    world.training = {
        'status': 'running',
        'name': 'trained-1',
        'step': 300,
        'steps': 900,
        'remaining_s': 480,
        'loss': [[i, 4 - i / 100] for i in range(0, 301, 50)],
        'cycle_error': [[i, 3 - i / 150] for i in range(0, 301, 100)],
        'preview': {
            'step': 300,
            'a': 'a.mp4',
            'b': 'b.mp4',
            'frames_b': matches,
            'score': 0.7,
        },
        'error': '',
    }
    return {}


def pause(world, body):
    world.training = world.training | {'status': 'paused'}
    return {}


def nothing(world, body):
    return {}


def export(world, body):
    return {'id': 'e1'}


ACTIONS = {
    'align': align,
    'rank': rank,
    'find': find,
    'timeline': timeline,
    'carry': carry,
    'labels/accept': accept,
    'phases/rename': rename,
    'deviations': deviations,
    'suggest_references': suggest,
    'training/estimate': estimate,
    'training/start': start,
    'training/pause': pause,
    'training/resume': start,
    'training/stop': nothing,
    'models/choose': nothing,
    'exports': export,
}


def make_app(world: World) -> FastAPI:  # noqa: C901
    app = FastAPI()
    app.mount('/static', StaticFiles(directory=STATIC))

    @app.middleware('http')
    async def policy(request: Request, call_next):
        line = world.refuse.get(request.url.path.removeprefix('/api/'))
        if line and request.method != 'GET':
            return JSONResponse({'detail': line}, 400)
        answer = await call_next(request)
        answer.headers['Content-Security-Policy'] = CSP
        return answer

    @app.get('/')
    def index():
        return FileResponse(STATIC / 'index.html')

    @app.get('/api/events')
    async def events():
        async def stream():
            last = ''
            while True:
                text = json.dumps(world.state())
                if text != last:
                    yield f'data: {text}\n\n'
                last = text
                await asyncio.sleep(0.1)

        return StreamingResponse(stream(), media_type='text/event-stream')

    @app.get('/api/videos')
    def videos():
        return world.videos()

    @app.put('/api/choices')
    async def choose(request: Request):
        world.choices |= await request.json()
        return world.choices

    @app.get('/api/info')
    def info(video: str):
        times = [i / FPS for i in range(LENGTHS[video])]
        size = {'width': 128, 'height': 128, 'is_copy': False}
        return {'name': video, 'fps': FPS, 'times': times, 'player_times': times} | size

    @app.get('/api/video')
    def video_file(video: str):
        return FileResponse(world.folder / video, media_type='video/mp4')

    @app.get('/api/frame')
    def frame_picture(video: str, frame: int, height: int = 160):
        picture = frame_jpeg(world.folder / video, frame, height)
        return Response(picture, media_type='image/jpeg')

    @app.get('/api/thumbnail')
    def thumbnail(video: str):
        world.asked.append(f'thumbnail {video}')
        return frame_picture(video if video in LENGTHS else 'a.mp4', 30)

    @app.get('/api/labels')
    def labels():
        return world.all_labels()

    @app.put('/api/labels')
    async def save(request: Request):
        body = await request.json()
        present = world.labels.get(body['video'], {'rows': [], 'revision': 0})
        if present['revision'] != body['revision'] and present['rows']:
            detail = f'{body["video"]} was changed in another window'
            return JSONResponse({'detail': detail, **present}, 409)
        return {'revision': world.write(body['video'], body['rows'])}

    @app.get('/api/labels/export')
    def table(what: str, form: str):
        rows = ['filename,first_frame,last_frame,phase']
        for name, entry in world.labels.items():
            rows += [f'{name},{f},{n},{p}' for f, n, p in entry['rows']]
        return Response('\n'.join(rows), media_type='text/csv')

    @app.get('/api/exports/{ident}')
    def exported(ident: str):
        return {'state': 'done', 'share': 1, 'error': ''}

    @app.get('/api/exports/{ident}/file')
    def exported_file(ident: str):
        return FileResponse(world.folder / 'a.mp4', filename='pair.mp4')

    @app.put('/api/uploads')
    async def upload(name: str, request: Request):
        return JSONResponse({'detail': f'{name}: not a video; upload mp4'}, 400)

    @app.post('/api/{what:path}')
    async def act(what: str, request: Request):
        body = await request.json()
        world.asked.append((what, body))
        return ACTIONS[what](world, body)

    return app


class FakeServer:
    """The contract on a free port, in a thread of this process."""

    def __init__(self, world: World, port: int = 0) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(('127.0.0.1', port))
        self.port = listening.getsockname()[1]
        self.url = f'http://127.0.0.1:{self.port}/'
        config = uvicorn.Config(
            make_app(world), log_level='warning', timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([listening],))

    def __enter__(self):
        self.thread.start()
        deadline = time.monotonic() + 30
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self.thread.join(20)
