// What went wrong, next to what caused it, and what is going on.
import {html} from '../logic/hooks.js';
import {t} from '../texts.js';

export const Problem = ({line, children}) => html`
  <div role="alert" class=${line ? 'problem' : 'empty'}>${line}${line && children}</div>`;

export const Busy = ({busy, text = t('busy')}) => html`
  <span role="status" class="busy">${busy && html`<i class="spinner" />${text}`}</span>`;

// A button that runs a task, with what is going on and what went wrong beside it.
export const TaskButton = ({task, label, onclick, primary, disabled}) => html`
  <button type="button" class=${primary ? 'primary' : ''} onclick=${onclick}
    disabled=${disabled || task.busy}>${label}</button>
  <${Busy} busy=${task.busy} /><${Problem} line=${task.error} />`;
