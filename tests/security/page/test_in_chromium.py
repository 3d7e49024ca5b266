"""A page of another origin in the browser of somebody who has the page open."""

import functools
import http.server
import shutil
import threading

import pytest

playwright = pytest.importorskip('playwright.sync_api')
pytest.importorskip('fastapi')
CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser')
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason='Chromium is not installed'),
]
# Runs all attacks, and notes what each came to.
ATTACK = """
async (target) => {
  const came = {};
  const asked = async (name, path, options) => {
    try {
      const answer = await fetch(target + path, {credentials: 'include', ...options});
      const text = await answer.text();
      came[name] = `${answer.type} ${answer.status} ${text.length}`;
    } catch (error) { came[name] = 'failed'; }
  };
  for (const mode of ['cors', 'no-cors']) {
    const sent = {method: 'PUT', mode, body: 'x'.repeat(1000)};
    await asked(`upload ${mode}`, '/api/uploads?name=evil.mp4', sent);
    await asked(`carry ${mode}`, '/api/carry', {method: 'POST', mode});
    await asked(`choices ${mode}`, '/api/choices',
                {method: 'PUT', mode, body: '{"evil": 1}'});
    await asked(`train ${mode}`, '/api/training/start', {method: 'POST', mode});
    await asked(`video ${mode}`, '/api/video?video=a.mp4', {mode});
    await asked(`info ${mode}`, '/api/info?video=a.mp4', {mode});
  }
  const element = (tag, path) => new Promise((resolve) => {
    const made = document.createElement(tag);
    for (const event of ['load', 'loadeddata']) {
      made.addEventListener(event, () => resolve('shown'));
    }
    made.addEventListener('error', () => resolve('failed'));
    setTimeout(() => resolve('nothing'), 5000);
    made.src = target + path;
    document.body.append(made);
  });
  came.img = await element('img', '/api/frame?video=a.mp4&frame=0');
  came.video = await element('video', '/api/video?video=a.mp4');
  came.script = await element('script', '/static/main.js');
  came.stream = await new Promise((resolve) => {
    const source = new EventSource(target + '/api/events',
                                   {withCredentials: true});
    source.onmessage = () => resolve('shown');
    source.onerror = () => { source.close(); resolve('failed'); };
  });
  came.socket = await new Promise((resolve) => {
    const address = target.replace('http', 'ws') + '/api/events';
    const socket = new WebSocket(address);
    socket.onopen = () => resolve('shown');
    socket.onerror = () => resolve('failed');
  });
  return came;
}
"""


@pytest.fixture
def evil(tmp_path):
    """A port that serves a page of its own, and notes who asked for it."""
    (tmp_path / 'index.html').write_text('<!doctype html><title>evil</title><p>Hi')

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            asked.append(dict(self.headers))

    asked = []
    handler = functools.partial(Handler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
    server.asked = asked
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture
def context(running):
    """A browser with the page open in one tab."""
    arguments = ['--no-sandbox', '--host-resolver-rules=MAP evil.example 127.0.0.1']
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        context = launched.new_context()
        page = context.new_page()
        page.goto(running.access.url)
        page.set_default_timeout(60_000)
        page.get_by_role('tab').first.wait_for()
        yield context
        launched.close()


def uploaded(server):
    return [path for path in (server.temp / 'received').rglob('*') if path.is_file()]


# Another name is another site; another port of the same name is the same site, to which
# browsers send the cookie.
@pytest.mark.parametrize('name', ['localhost', 'evil.example', '127.0.0.1'])
def test_it_gets_and_changes_nothing(running, context, evil, name):
    names, before = running.library.names, uploaded(running)
    page = context.new_page()
    page.goto(f'http://{name}:{evil.server_port}/index.html')
    came = page.evaluate(ATTACK, running.url)
    opaque = {key: value for key, value in came.items() if value == 'opaque 0 0'}
    rest = {key: value for key, value in came.items() if key not in opaque}
    assert set(opaque) <= {'carry no-cors', 'train no-cors'}  # refused: see below
    assert set(rest.values()) == {'failed'}, rest
    assert len(came) == 17
    assert running.library.names == names and uploaded(running) == before
    assert running.workspace.training.state() is None
    assert 'evil' not in running.workspace.project.choices
    # In a frame.
    page.evaluate(
        """(target) => { const frame = document.createElement('iframe');
        frame.src = target; document.body.append(frame); }""",
        running.access.url,
    )
    page.wait_for_timeout(1500)
    frames = [frame for frame in page.frames if frame != page.main_frame]
    assert all('carl' not in frame.content() for frame in frames)
    # By a form, whose answer takes the place of the page.
    page.evaluate(
        """(target) => { const form = document.createElement('form');
        form.method = 'post'; form.enctype = 'text/plain';
        form.action = `${target}/api/training/start`;
        form.innerHTML = `<input name='{"data": [], "x": "' value='"}'>`;
        document.body.append(form); form.submit(); }""",
        running.url,
    )
    page.get_by_text('Requests of other sites are refused.').wait_for()
    page.close()
    page = context.new_page()
    page.goto(f'http://{name}:{evil.server_port}/index.html')
    # In a window that it opened, of which it keeps a handle.
    closed = page.evaluate(
        """async (target) => { const opened = window.open(target);
        await new Promise((resolve) => setTimeout(resolve, 2000));
        let read = 'failed';
        try { read = opened.document.title; } catch (error) {}
        return [opened.closed, read]; }""",
        running.url,
    )
    assert closed in ([True, 'failed'], [False, 'failed'], [True, '']), closed


def test_a_name_that_is_made_to_lead_here_is_refused(running, context):
    page = context.new_page()
    answer = page.goto(
        f'http://evil.example:{running.port}/?token={running.access.token}'
    )
    assert answer.status == 400
    assert 'This host name is not allowed' in page.content()
    assert all(cookie['domain'] != 'evil.example' for cookie in context.cookies())


def test_the_token_leaves_the_address_and_goes_nowhere(running, context, evil):
    (page,) = context.pages
    token = running.access.token
    assert page.url == f'{running.url}/'
    assert page.evaluate('history.length') <= 2
    assert token not in page.evaluate('document.referrer + document.cookie')
    (cookie,) = context.cookies()
    assert cookie['httpOnly'] and cookie['sameSite'] == 'Strict'
    assert token not in cookie['value']
    # By a link of the page to elsewhere.
    page.evaluate(
        """(address) => { const link = document.createElement('a');
        link.href = address; document.body.append(link); link.click(); }""",
        f'http://localhost:{evil.server_port}/index.html',
    )
    page.wait_for_url('**/index.html')
    assert evil.asked
    assert all(running.url not in str(headers) for headers in evil.asked)
    assert token not in str(evil.asked)


def test_a_link_from_elsewhere_opens_the_page(running, context, evil):
    """With the token at once; without it for whoever is in."""
    page = context.new_page()
    page.goto(f'http://evil.example:{evil.server_port}/index.html')
    page.context.clear_cookies()
    page.evaluate('(address) => { location.href = address; }', running.access.url)
    page.get_by_role('tab').first.wait_for(timeout=60_000)
    assert page.url == f'{running.url}/'


def test_uploads_go_when_the_tab_is_closed(start, tmp_path):
    from carl_mm.datasets.video_io.video_writer import write_mp4
    from tests.conftest import moving_square

    server = start(limits={'file_mb': 1}, forget_after_s=0.5)
    server.prepare()
    write_mp4(tmp_path / 'mine.mp4', moving_square(14), 25)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM, args=['--no-sandbox']
        )
        page = browser.new_page()
        page.goto(server.access.url)
        page.set_default_timeout(60_000)
        page.get_by_role('tab').first.wait_for()
        page.locator('input[type=file]').set_input_files(tmp_path / 'mine.mp4')
        page.get_by_text('uploaded_mine.mp4').first.wait_for()
        page.wait_for_timeout(2000)
        assert 'uploaded_mine.mp4' in server.library.names  # the tab is open
        page.close()
        for _ in range(200):
            if 'uploaded_mine.mp4' not in server.library.names:
                break
            threading.Event().wait(0.1)
        assert 'uploaded_mine.mp4' not in server.library.names
        browser.close()
