// A box in front of the page; the browser keeps the focus in it, and Escape closes it.
import {html, useEffect, useRef} from '../logic/hooks.js';
import {t} from '../texts.js';
import {IconButton} from './icons.js';

export const Dialog = ({title, onclose, children}) => {
  const root = useRef(null);
  useEffect(() => { root.current.showModal(); }, []);
  return html`
    <dialog ref=${root} onclose=${onclose} aria-labelledby="dialog-title">
      <div class="dialog-head"><h2 id="dialog-title">${title}</h2>
        ${onclose && html`<${IconButton} icon="close" label=${t('close')}
          onclick=${() => root.current.close()} />`}</div>
      ${children}
    </dialog>`;
};
