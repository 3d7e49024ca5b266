// All videos by how well they align with one.
import {post} from '../api.js';
import {html, useState, useTask} from '../logic/hooks.js';
import {number, t} from '../texts.js';
import {TaskButton} from './message.js';

export const Ranking = ({video, onpick}) => {
  const task = useTask();
  const [found, setFound] = useState(null);
  const rank = async () => setFound(await task.run(() => post('rank', {video})));
  const ranking = found && (found.a ?? found.video) === video ? found.ranking : null;
  return html`
    <section class="block"><h3>${t('rank')}</h3>
      <${TaskButton} task=${task} label=${t('rank.button')} onclick=${rank} disabled=${!video} />
      ${ranking && html`<p class="quiet">${t('rank.words')}</p>
        <ol class="ranking">${ranking.map(({name, score, z, is_like: isLike}) => html`
          <li class=${isLike ? '' : 'unlike'}>
            <button type="button" onclick=${() => onpick(name)}>${name}</button>
            <span>${t('rank.score', {score: number(score, 2), z: number(z, 1)})}
              ${!isLike && html` <b>${t('rank.unlike')}</b>`}</span></li>`)}</ol>`}
    </section>`;
};
