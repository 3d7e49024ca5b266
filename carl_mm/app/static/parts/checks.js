// Several videos chosen from all.
import {html, useApp, useState} from '../logic/hooks.js';
import {t} from '../texts.js';

const SHOWN = 100; // more are found by typing

export const Checks = ({legend, chosen, onchange, without = ''}) => {
  const {ready} = useApp();
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLowerCase();
  const set = new Set(chosen);
  const listed = ready.filter(({name}) => name !== without && name.toLowerCase().includes(wanted));
  const toggle = (name) => onchange(
    set.has(name) ? chosen.filter((each) => each !== name) : [...chosen, name]);
  return html`
    <details class="checks"><summary>${legend}</summary>
      <div class="row">
        <label class="search"><span class="unseen">${t('search')}</span>
          <input type="search" placeholder=${t('search')} value=${query}
            oninput=${(event) => setQuery(event.target.value)} /></label>
        <button type="button" onclick=${() => onchange([])} disabled=${!chosen.length}>
          ${t('checks.none')}</button>
      </div>
      <div class="check-list" role="group" aria-label=${legend}>
        ${listed.slice(0, SHOWN).map(({name}) => html`
          <label key=${name}><input type="checkbox" checked=${set.has(name)}
            onchange=${() => toggle(name)} /> ${name}</label>`)}
      </div>
      ${listed.length > SHOWN && html`<p class="quiet">
        ${t('checks.more', {n: listed.length - SHOWN})}</p>`}
    </details>`;
};
