// Undo, redo, whether all is saved, and what to do if another window was first.
import {html} from '../logic/hooks.js';
import {lineOf} from '../api.js';
import {t} from '../texts.js';
import {Dialog} from './dialog.js';
import {Icon} from './icons.js';

const rowsAsText = (rows) => (rows.length
  ? rows.map(([first, last, phase]) => t('phases.row', {phase, first, last})).join(', ')
  : t('phases.nothing'));

const Conflict = ({labels}) => {
  const {video, mine, theirs} = labels.conflict;
  return html`
    <${Dialog} title=${t('conflict')} onclose=${() => labels.conflict && labels.resolve(false)}>
      <p>${t('conflict.words', {video})}</p>
      <dl><dt>${t('conflict.theirs')}</dt><dd>${rowsAsText(theirs)}</dd>
        <dt>${t('conflict.mine')}</dt><dd>${rowsAsText(mine)}</dd></dl>
      <div class="row end">
        <button type="button" onclick=${() => labels.resolve(false)}>
          ${t('conflict.take')}</button>
        <button type="button" class="primary" onclick=${() => labels.resolve(true)}>
          ${t('conflict.keep')}</button>
      </div>
    <//>`;
};

export const SaveState = ({labels}) => html`
  <div class="row save-state">
    <button type="button" onclick=${() => labels.undo()} disabled=${!labels.history.canUndo}>
      <${Icon} name="undo" /> ${t('undo')}</button>
    <button type="button" onclick=${() => labels.redo()} disabled=${!labels.history.canRedo}>
      <${Icon} name="redo" /> ${t('redo')}</button>
    <span role="status" class=${`saved-${labels.status}`}>
      ${labels.status === 'failed' ? '' : t(`save.${labels.status}`)}</span>
    <span role="alert" class=${labels.problem ? 'problem' : 'empty'}>
      ${labels.problem && t('save.failed', {reason: lineOf(labels.problem, t)})}
      ${labels.problem && html` <button type="button" onclick=${() => labels.retry()}>
        ${t('again')}</button>`}</span>
    ${labels.conflict && html`<${Conflict} labels=${labels} />`}
  </div>`;
