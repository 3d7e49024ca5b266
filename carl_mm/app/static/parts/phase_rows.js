// The phases of all videos, the most doubtful first.
import {html, useApp, useState, useTask} from '../logic/hooks.js';
import {partsOf} from '../logic/colors.js';
import {doubtOf} from '../logic/rows.js';
import {number, t} from '../texts.js';
import {Problem} from './message.js';

const SHOWN = 60; // more by a button

const Row = ({name, entry, doubt, names, total, onopen, onaccept, isOpen}) => {
  const key = entry.origin === 'painted' ? 'phases.open' : 'phases.correct';
  return html`
  <li class=${isOpen ? 'open' : ''}>
    <b>${name}</b>
    <span class="mini-strip" role="img" aria-label=${entry.rows.map(([first, last, phase]) =>
      t('phases.row', {phase, first, last})).join(', ')}>
      ${partsOf(entry.rows, names, entry.confidence).map((part) => html`
        <i class=${`part ${part.faint ? 'faint' : ''}`} title=${part.label} style=${{
          left: `${(100 * part.first) / total}%`, background: part.color,
          width: `${(100 * (part.last + 1 - part.first)) / total}%`}} />`)}
    </span>
    <span>${entry.origin === 'painted' ? t('labelled.painted')
      : t('phases.doubt', {value: number(100 * doubt)})}</span>
    <span class="group">
      <button type="button" onclick=${onopen} aria-label=${t(`${key}_name`, {name})}>
        ${t(key)}</button>
      ${entry.origin === 'suggested' && html`<button type="button" onclick=${onaccept}
        aria-label=${t('phases.accept_name', {name})}>${t('phases.accept')}</button>`}
    </span>
  </li>`;
};

export const PhaseRows = ({labels, carried, names, current, onopen}) => {
  const {videos} = useApp();
  const [shown, setShown] = useState(SHOWN);
  const task = useTask();
  const frames = new Map((videos ?? []).map((video) => [video.name, video.frames]));
  const rows = Object.entries(labels.videos).filter(([, {rows: own}]) => own.length)
    .map(([name, entry]) => ({name, entry,
      doubt: entry.origin === 'painted' ? -1 : carried?.[name]?.doubt ?? doubtOf(entry),
      total: frames.get(name) ?? carried?.[name]?.num_frames ?? entry.rows.at(-1)[1] + 1}))
    .sort((a, b) => b.doubt - a.doubt || a.name.localeCompare(b.name));
  const suggested = rows.filter(({entry}) => entry.origin === 'suggested').length;
  if (!rows.length) return null;
  return html`
    <section class="block"><h3>${t('phases.all')}</h3>
      ${suggested > 0 && html`<div class="row">
        <span>${t('phases.suggested', {n: suggested})}</span>
        <button type="button" disabled=${task.busy}
          onclick=${() => task.run(() => labels.accept())}>${t('phases.accept_all')}</button>
      </div>`}
      <${Problem} line=${task.error} />
      <ul class="phase-rows">${rows.slice(0, shown).map((row) => html`
        <${Row} key=${row.name} ...${row} names=${names} isOpen=${row.name === current}
          onopen=${() => onopen(row.name)}
          onaccept=${() => task.run(() => labels.accept([row.name]))} />`)}</ul>
      ${rows.length > shown && html`<button type="button"
        onclick=${() => setShown(shown + SHOWN)}>${t('more', {n: rows.length - shown})}</button>`}
    </section>`;
};
