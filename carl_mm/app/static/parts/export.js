// An mp4 that the server makes, and the browser saves once it is there.
import {get, post, saveFrom} from '../api.js';
import {html, useApp, useState} from '../logic/hooks.js';
import {number, t} from '../texts.js';
import {Problem} from './message.js';

const POLL_MS = 500;
const wait = (time) => new Promise((resolve) => { setTimeout(resolve, time); });

// `body` is what POST api/exports takes.
export const ExportButton = ({label, body, disabled}) => {
  const {connected} = useApp();
  const [found, setFound] = useState(null);
  const start = async () => {
    setFound({state: 'waiting', share: 0});
    try {
      const {id} = await post('exports', body);
      let job = await get(`exports/${id}`);
      while (job.state === 'waiting' || job.state === 'running') {
        setFound({...job, id});
        await wait(POLL_MS);
        job = await get(`exports/${id}`);
      }
      setFound({...job, id});
      if (job.state === 'done') saveFrom(`api/exports/${id}/file`);
    } catch (error) {
      setFound({state: 'failed', error: error.message || t('error.gone')});
    }
  };
  const isBusy = ['waiting', 'running'].includes(found?.state);
  return html`
    <span class="export">
      <button type="button" onclick=${start} disabled=${disabled || isBusy || !connected}>
        ${label}</button>
      <span role="status">${isBusy && html`<progress max="1" value=${found.share ?? 0}
        aria-label=${label} /> ${t(`export.${found.state}`)} ${number(100 * (found.share ?? 0))} %`}
      </span>
      <a href=${found?.id ? `api/exports/${found.id}/file` : undefined} download
        hidden=${found?.state !== 'done'}>${t('export.save')}</a>
      <${Problem} line=${found?.state === 'failed' ? found.error : ''} />
    </span>`;
};
