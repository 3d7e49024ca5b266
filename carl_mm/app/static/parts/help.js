// What the keys do.
import {html} from '../logic/hooks.js';
import {t} from '../texts.js';
import {Dialog} from './dialog.js';

const KEYS = ['play', 'step', 'speed', 'range', 'edges', 'paint', 'undo', 'redo', 'zoom', 'ends',
  'help'];

export const Help = ({onclose}) => html`
  <${Dialog} title=${t('help')} onclose=${onclose}>
    <table class="keys"><tbody>
      ${KEYS.map((what) => html`
        <tr><th scope="row"><kbd>${t(`keys.${what}`)}</kbd></th><td>${t(`key.${what}`)}</td></tr>`)}
    </tbody></table>
  <//>`;
