// Two videos in step: whichever is moved, the other follows.
import {post} from '../api.js';
import {html, playerKeys, useApp, useEffect, useKeys, usePick, usePlayback, useRef, useState,
  useTask} from '../logic/hooks.js';
import {number, t} from '../texts.js';
import {Busy, Problem} from '../parts/message.js';
import {Chooser, Player} from '../parts/player.js';
import {PairExport} from '../parts/pair_export.js';
import {Ranking} from '../parts/ranking.js';
import {Strip, stretches} from '../parts/strip.js';

const METHODS = ['posterior', 'dtw', 'nearest'];
const ALONE = 'var(--alone)';

const linked = (leader, follower, matches) => {
  leader.onmove = (frame) => {
    if (!matches) return;
    follower.pause();
    follower.seek(matches[frame]);
  };
};

const Words = ({found}) => {
  if (!found) return html`<p class="quiet">${t('align.start')}</p>`;
  if (!found.alignable) return html`<p class="doubt" role="status">${t('align.nothing')}</p>`;
  const alone = found.alone_a.length + found.alone_b.length;
  return html`<div role="status">
    ${found.doubt && html`<p class="doubt">${t(`align.${found.doubt}`)}</p>`}
    <p>${t('align.in_step')} ${t('align.score', {score: number(found.score, 2)})}
      ${alone > 0 && ` ${t('align.alone', {n: alone})}`}
      ${found.stride > 1 && ` ${t('align.stride', {stride: found.stride})}`}</p></div>`;
};

const Side = ({player, label, name, alone, isPlace, onplace, onchoose}) => {
  const set = new Set(alone);
  const total = player.numFrames;
  return html`
    <${Player} player=${player} label=${label} faint=${set.has(player.frame)}
      faintNote=${t('align.no_counterpart')} header=${html`
        <figcaption><${Chooser} label=${label} value=${name} onchange=${onchoose} />
          <label class="place"><input type="radio" name="align-place" checked=${isPlace}
            onchange=${onplace} /> ${t('align.from_list')}</label></figcaption>`}>
      <${Strip} total=${total} cursor=${player.frame} label=${t('align.strip', {label})}
        text=${set.has(player.frame) ? t('align.no_counterpart') : ''}
        onseek=${(frame) => player.move(frame)}
        parts=${stretches(total, (frame) => set.has(frame)).map((part) => (
          {...part, color: ALONE, label: t('align.no_counterpart')}))} />
    <//>`;
};

export const Align = ({isActive}) => {
  const {ready, choices, choose} = useApp();
  const [a, b] = [usePlayback(), usePlayback()];
  const [place, setPlace] = useState(0);
  const [method, setMethod] = useState('posterior');
  const [found, setFound] = useState(null);
  const task = useTask();
  const names = ready.map(({name}) => name);
  const kept = (choices.pair ?? []).filter((name) => names.includes(name));
  const pair = kept.length === 2 ? kept : [kept[0] ?? names[0] ?? '',
    names.find((name) => name !== (kept[0] ?? names[0])) ?? ''];
  const key = `${pair.join('\n')}\n${method}`;
  const last = useRef('');

  const align = async () => {
    setFound(null);
    const answer = await task.run(() => post('align', {a: pair[0], b: pair[1], method}));
    if (answer) setFound(answer);
  };
  useEffect(() => {
    if (!pair[0] || last.current === key) return;
    last.current = key;
    a.show(pair[0]);
    if (!pair[1]) return;
    b.show(pair[1]);
    align();
  }, [key]);
  const isCurrent = found?.a === pair[0] && found?.b === pair[1];
  const shown = isCurrent ? found : null;
  const matches = shown?.alignable ? shown : null;
  linked(a, b, matches?.frames_b);
  linked(b, a, matches?.frames_a);
  useEffect(() => { if (matches && a.info && b.info) b.seek(matches.frames_b[a.frame]); },
    [matches, Boolean(a.info && b.info)]);
  useEffect(() => { if (!isActive) { a.pause(); b.pause(); } }, [isActive]);

  const take = (at, name) => {
    const next = at ? [pair[0], name] : [name, pair[1]];
    choose({pair: next[0] === next[1] ? [pair[1], pair[0]] : next});
  };
  usePick('align', (name) => take(place, name));
  useKeys(isActive, (event) => playerKeys(b.playing ? b : a, event));
  const side = (player, at, label, alone) => html`
    <${Side} player=${player} label=${label} name=${pair[at]} alone=${alone}
      isPlace=${place === at} onplace=${() => setPlace(at)}
      onchoose=${(name) => take(at, name)} />`;
  return html`
    <div class="row"><label class="chooser"><span>${t('align.method')}</span>
      <select value=${method} onchange=${(event) => setMethod(event.target.value)}>
        ${METHODS.map((each) => html`
          <option value=${each} selected=${each === method}>${t(`align.${each}`)}</option>`)}
      </select></label><${Busy} busy=${task.busy} text=${t('align.busy')} /></div>
    <${Problem} line=${task.error}>
      <button type="button" onclick=${align}>${t('again')}</button><//>
    <${Words} found=${shown} />
    <div class=${`pair ${shown?.doubt || (shown && !shown.alignable) ? 'doubtful' : ''}`}>
      ${side(a, 0, t('align.first'), shown?.alone_a)}
      ${side(b, 1, t('align.second'), shown?.alone_b)}
    </div>
    <${PairExport} a=${pair[0]} b=${pair[1]} disabled=${!matches} />
    <${Ranking} video=${pair[0]} onpick=${(name) => take(1, name)} />`;
};
