// The list of videos: only the rows in view are drawn, so that thousands are no burden.
import {html, useApp, useEffect, useRef, useState, useTask} from '../logic/hooks.js';
import {send, thumbnailOf} from '../api.js';
import {duration, t} from '../texts.js';
import {Icon} from './icons.js';
import {Busy, Problem} from './message.js';

const ROW = 68; // pixels; as .video-row in layout.css
const SPARE = 6;
const SHOWN_REASONS = 200;

const stateOf = ({state, seconds, labelled}) => [
  state === 'ready' ? '' : t(`state.${state}`),
  typeof seconds === 'number' ? duration(seconds) : '',
  labelled && t(`labelled.${labelled}`),
].filter(Boolean).join(' · ');

const Row = ({video, top, index, count, isActive, onpick}) => html`
  <div class=${`video-row ${isActive ? 'active' : ''}`} role="option" id=${`video-${index}`}
    aria-selected=${isActive} aria-setsize=${count} aria-posinset=${index + 1}
    aria-disabled=${video.state !== 'ready'} style=${{top: `${top}px`}} onclick=${onpick}>
    <img src=${thumbnailOf(video)} alt="" loading="lazy" width="85" height="48" />
    <span><b title=${video.name}>${video.name}</b><small>${stateOf(video)}</small></span>
  </div>`;

const List = ({videos}) => {
  const {pick} = useApp();
  const root = useRef(null);
  const [{top, height}, setView] = useState({top: 0, height: 600});
  const [active, setActive] = useState(-1);
  const see = () => setView({top: root.current.scrollTop, height: root.current.clientHeight});
  useEffect(() => {
    const observer = new ResizeObserver(see);
    observer.observe(root.current);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const shown = videos.slice(first, Math.ceil((top + height) / ROW) + SPARE);
  const choose = (index) => {
    setActive(index);
    if (videos[index]?.state === 'ready') pick(videos[index].name);
  };
  const go = (index) => {
    setActive(index);
    const box = root.current;
    if (index * ROW < box.scrollTop) box.scrollTop = index * ROW;
    if ((index + 1) * ROW > box.scrollTop + box.clientHeight) {
      box.scrollTop = (index + 1) * ROW - box.clientHeight;
    }
  };
  const key = (event) => {
    const page = Math.floor(height / ROW);
    const by = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page}[event.key];
    const end = {Home: 0, End: videos.length - 1}[event.key];
    if (event.key === 'Enter' || event.key === ' ') choose(active);
    else if (by !== undefined || end !== undefined) {
      go(Math.max(0, Math.min(videos.length - 1, end ?? active + by)));
    } else return;
    event.preventDefault();
  };
  const isDrawn = active >= first && active < first + shown.length;
  return html`
    <div class="video-list" ref=${root} role="listbox" tabindex="0" aria-label=${t('videos')}
      aria-activedescendant=${isDrawn ? `video-${active}` : undefined} onscroll=${see}
      onkeydown=${key}>
      <div style=${{height: `${videos.length * ROW}px`}} role="presentation">
        ${shown.map((video, at) => html`
          <${Row} key=${video.name} video=${video} index=${first + at} count=${videos.length}
            top=${(first + at) * ROW} isActive=${first + at === active}
            onpick=${() => choose(first + at)} />`)}
      </div>
    </div>`;
};

const Upload = () => {
  const {pick} = useApp();
  const task = useTask();
  const upload = async (event) => {
    const files = [...event.target.files];
    event.target.value = '';
    const names = await task.run(async () => {
      const added = [];
      for (const file of files) {
        added.push((await send('PUT', 'uploads', {name: file.name}, file)).name);
      }
      return added;
    });
    if (names?.length) pick(names.at(-1));
  };
  return html`
    <label class="button file"><${Icon} name="upload" /> ${t('upload')}
      <input type="file" accept="video/*" multiple onchange=${upload} disabled=${task.busy} />
    </label>
    <${Busy} busy=${task.busy} text=${t('upload.busy')} /><${Problem} line=${task.error} />`;
};

const LeftOut = ({videos}) => (videos.length > 0 && html`
  <details class="left-out"><summary>${t('left_out', {n: videos.length})}</summary>
    <ul>${videos.slice(0, SHOWN_REASONS).map(({name, reason}) => html`
      <li><b>${name}</b>: ${reason}</li>`)}</ul>
  </details>`);

export const Library = () => {
  const {videos} = useApp();
  const [query, setQuery] = useState('');
  const all = videos ?? [];
  const wanted = query.trim().toLowerCase();
  const listed = all.filter(({name, state}) =>
    state !== 'left_out' && name.toLowerCase().includes(wanted));
  return html`
    <aside aria-label=${t('videos')}>
      <h2>${t('videos')} <small>${videos ? t('videos.count', {n: listed.length}) : ''}</small></h2>
      <label class="search"><span class="unseen">${t('search')}</span>
        <input type="search" placeholder=${t('search')} value=${query}
          oninput=${(event) => setQuery(event.target.value)} /></label>
      ${videos
        ? html`<${List} key=${wanted} videos=${listed} />`
        : html`<${Busy} busy=${true} text=${t('videos.loading')} />`}
      ${videos && !listed.length && html`<p class="quiet">${t('videos.none')}</p>`}
      <${LeftOut} videos=${all.filter(({state}) => state === 'left_out')} />
      <div class="upload"><${Upload} /></div>
    </aside>`;
};
