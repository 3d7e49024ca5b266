// Moments of other videos that are like one that is marked.
import {address, post} from '../api.js';
import {html, playerKeys, useApp, useEffect, useKeys, usePick, usePlayback, useState, useTask}
  from '../logic/hooks.js';
import {number, seconds, t} from '../texts.js';
import {TaskButton} from '../parts/message.js';
import {Chooser, Player} from '../parts/player.js';
import {Strip} from '../parts/strip.js';

const BEFORE_S = 1; // of a single frame that is played

const isPart = (hit) => hit.last !== undefined && hit.last > hit.first;

const Card = ({hit, rank, isShown, onplay}) => html`
  <li><button type="button" class="card" aria-pressed=${isShown} onclick=${onplay}>
    <img alt="" loading="lazy"
      src=${address('frame', {video: hit.video, frame: hit.frame ?? hit.first, height: 160})} />
    <b>${rank}. ${hit.video}</b>
    <span>${isPart(hit) ? t('find.part', {first: hit.first, last: hit.last})
      : seconds(hit.time_s)}</span>
    <span>${t('find.similarity', {value: number(hit.similarity, 2)})}</span></button></li>`;

const Marked = ({player, range, setRange}) => {
  const start = () => setRange([player.frame, Math.max(player.frame, range?.[1] ?? player.frame)]);
  const end = () => setRange([Math.min(player.frame, range?.[0] ?? player.frame), player.frame]);
  useKeys(Boolean(player.info), (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key.toLowerCase() === 'i') start();
    else if (event.key.toLowerCase() === 'o') end();
    else return false;
    return true;
  });
  const words = range ? t('find.range', {
    first: range[0], last: range[1], from: seconds(player.info?.times[range[0]] ?? 0),
    to: seconds(player.info?.times[range[1]] ?? 0),
  }) : t('find.frame', {frame: player.frame});
  return html`
    <${Strip} tall total=${player.numFrames} cursor=${player.frame} range=${range}
      label=${t('find.strip')} text=${words} onseek=${(frame) => player.move(frame)}
      ondraw=${(first, last) => setRange(first < last ? [first, last] : null)} />
    <div class="row">
      <button type="button" onclick=${start} disabled=${!player.info}>${t('find.start')}</button>
      <button type="button" onclick=${end} disabled=${!player.info}>${t('find.end')}</button>
      <button type="button" onclick=${() => setRange(null)} disabled=${!range}>
        ${t('find.one')}</button>
      <button type="button" disabled=${!range}
        onclick=${() => player.playPart(range[0], range[1])}>${t('find.play')}</button>
      <span role="status">${player.info && words}</span>
    </div>`;
};

export const Find = ({isActive}) => {
  const {ready, choices, choose} = useApp();
  const [query, hits] = [usePlayback(), usePlayback()];
  const [range, setRange] = useState(null);
  const [count, setCount] = useState(12);
  const [found, setFound] = useState(null);
  const [shown, setShown] = useState(-1);
  const task = useTask();
  const names = ready.map(({name}) => name);
  const name = names.includes(choices.find) ? choices.find : names[0] ?? '';
  usePick('find', (video) => choose({find: video}));
  useEffect(() => {
    setRange(null);
    if (name && isActive) query.show(name);
  }, [name]);
  useEffect(() => { if (!isActive) { query.pause(); hits.pause(); } }, [isActive]);
  useKeys(isActive, (event) => playerKeys(hits.playing ? hits : query, event));

  const find = async () => {
    const [first, last] = range ?? [query.frame, query.frame];
    const answer = await task.run(() => post('find', {video: name, first, last, count}));
    if (!answer) return;
    setFound(answer.hits);
    setShown(-1);
  };
  // A part is played from its start to its end; a frame with the second before it.
  const play = async (hit, index) => {
    setShown(index);
    query.pause();
    if (!await hits.show(hit.video, hit.first ?? hit.frame)) return;
    const fps = hits.info.fps || 25;
    if (isPart(hit)) hits.playPart(hit.first, hit.last);
    else hits.playPart(Math.max(0, hit.frame - Math.round(BEFORE_S * fps)), hit.frame);
  };
  return html`
    <p class="quiet">${t('find.words')}</p>
    <div class="pair">
      <${Player} player=${query} label=${t('find.query')} header=${html`<figcaption>
          <${Chooser} label=${t('find.query')} value=${name}
            onchange=${(video) => choose({find: video})} /></figcaption>`}>
        ${isActive && html`<${Marked} player=${query} range=${range} setRange=${setRange} />`}
      <//>
      <${Player} player=${hits} label=${t('find.hit')} />
    </div>
    <div class="row">
      <label class="chooser"><span>${t('find.count')}</span>
        <input type="number" min="1" max="100" value=${count}
          oninput=${(event) => setCount(Math.round(event.target.value) || 1)} /></label>
      <${TaskButton} task=${task} primary label=${t(range ? 'find.button_part' : 'find.button')}
        onclick=${find} disabled=${!query.info} />
    </div>
    <div role="status">${found && t('find.found', {n: found.length})}</div>
    <ol class="cards">${found?.map((hit, index) => html`
      <${Card} hit=${hit} rank=${index + 1} isShown=${index === shown}
        onplay=${() => play(hit, index)} />`)}</ol>`;
};
