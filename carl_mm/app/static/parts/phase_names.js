// The phases as chips: one is the brush; they can be added, renamed and taken away.
import {html, useState, useTask} from '../logic/hooks.js';
import {colorOf} from '../logic/colors.js';
import {t} from '../texts.js';
import {Problem} from './message.js';

const NameForm = ({label, button, value = '', onname, oncancel}) => {
  const [text, setText] = useState(value);
  const submit = (event) => {
    event.preventDefault();
    const name = text.trim();
    if (!name) return;
    setText('');
    onname(name);
  };
  return html`
    <form class="row name-form" onsubmit=${submit}>
      <label><span class="unseen">${label}</span><input value=${text} placeholder=${label}
        maxlength="80" oninput=${(event) => setText(event.target.value)} /></label>
      <button disabled=${!text.trim()}>${button}</button>
      ${oncancel && html`<button type="button" onclick=${oncancel}>${t('cancel')}</button>`}
    </form>`;
};

export const PhaseNames = ({names, brush, setBrush, isUsed, setNames, rename}) => {
  const [isRenaming, setRenaming] = useState(false);
  const task = useTask();
  const add = (name) => {
    if (!names.includes(name)) setNames([...names, name]);
    setBrush(name);
  };
  const change = (name) => task.run(async () => {
    setRenaming(false);
    if (name === brush) return;
    if (names.includes(name)) throw new Error(t('phases.taken', {name}));
    if (isUsed(brush)) await rename(brush, name);
    setNames(names.map((each) => (each === brush ? name : each)));
    setBrush(name);
  });
  const remove = () => {
    setNames(names.filter((name) => name !== brush));
    setBrush(names.find((name) => name !== brush) ?? null);
  };
  return html`
    <div class="chips" role="group" aria-label=${t('phases.names')}>
      ${names.map((name, index) => html`
        <button type="button" class="chip" aria-pressed=${name === brush} key=${name}
          onclick=${() => setBrush(name)}>
          <i class="swatch" style=${{background: colorOf(index)}} />${name}
          ${index < 9 && html`<kbd aria-hidden="true">${index + 1}</kbd>`}</button>`)}
      <button type="button" class="chip" aria-pressed=${brush === null}
        onclick=${() => setBrush(null)}><i class="swatch none" />${t('phases.eraser')}</button>
    </div>
    <div class="row">
      <${NameForm} label=${t('phases.new')} button=${t('phases.add')} onname=${add} />
      ${brush !== null && !isRenaming && html`
        <button type="button" onclick=${() => setRenaming(true)}>
          ${t('phases.rename', {name: brush})}</button>
        ${!isUsed(brush) && html`<button type="button" onclick=${remove}>
          ${t('phases.remove', {name: brush})}</button>`}`}
      ${brush !== null && isRenaming && html`<${NameForm} key=${brush} value=${brush}
        label=${t('phases.rename_to', {name: brush})} button=${t('ok')} onname=${change}
        oncancel=${() => setRenaming(false)} />`}
      <${Problem} line=${task.error} />
    </div>`;
};
