// What a model in training makes of a pair: frames of one above those of the other that
// it takes for the same moment.
import {address} from '../api.js';
import {html} from '../logic/hooks.js';
import {number, t} from '../texts.js';

const COUNT = 5;

const Picture = ({video, frame}) => html`
  <img loading="lazy" alt=${t('train.frame', {video, frame})}
    src=${address('frame', {video, frame, height: 160})} />`;

export const TrainingPreview = ({preview}) => {
  if (!preview) return null;
  const {a, b, frames_b: matches, score, step} = preview;
  const at = [...Array(COUNT).keys()].map((index) =>
    Math.round((index * (matches.length - 1)) / (COUNT - 1)));
  const most = Math.max(1, ...matches);
  const warp = matches.map((frame, index) =>
    `${((100 * index) / Math.max(1, matches.length - 1)).toFixed(1)} ${
      (100 - (100 * frame) / most).toFixed(1)}`);
  return html`
    <section class="block"><h3>${t('train.preview')}</h3>
      <p>${t('train.preview.words', {a, b, step, score: number(score, 2)})}</p>
      <div class="preview">
        <div class="matches" style=${{'--count': COUNT}}>
          ${at.map((frame) => html`<${Picture} key=${`a${frame}`} video=${a} frame=${frame} />`)}
          ${at.map((frame) => html`<${Picture} key=${`b${frame}`} video=${b}
            frame=${matches[frame]} />`)}
        </div>
        <svg class="warp" viewBox="-2 -2 104 104" role="img" aria-label=${t('train.warp')}>
          <rect class="frame" width="100" height="100" />
          <path class="line" d=${`M${warp.join('L')}`} /></svg>
      </div>
    </section>`;
};
