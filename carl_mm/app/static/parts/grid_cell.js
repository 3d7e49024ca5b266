// One of many videos on a clock; loaded only once it is in view.
import {html, useEffect, usePlayback, useRef, useState} from '../logic/hooks.js';
import {number, t} from '../texts.js';

export const GridCell = ({video, index, isActive}) => {
  const player = usePlayback();
  const [root, element] = [useRef(null), useRef(null)];
  const [isSeen, setSeen] = useState(false);
  const frame = video.frame_inds[index];
  useEffect(() => {
    player.attach(element.current);
    const observer = new IntersectionObserver(([entry]) => setSeen(entry.isIntersecting));
    observer.observe(root.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!isSeen || !isActive) return;
    if (player.name === video.name) {
      if (frame >= 0) player.seek(frame);
    } else player.show(video.name, Math.max(0, frame));
  }, [isSeen, isActive, frame]);
  // What it was asked for while it was loading.
  useEffect(() => { if (player.info && frame >= 0) player.seek(frame); }, [Boolean(player.info)]);
  const note = video.outlier ? t('timeline.outlier') : '';
  return html`
    <figure ref=${root} aria-label=${video.name}
      class=${`cell ${frame < 0 ? 'alone' : ''} ${video.outlier ? 'outlier' : ''}`}>
      <video ref=${element} playsinline preload="auto" tabindex="-1" aria-hidden="true" />
      <figcaption>${video.name} ${note && html`<b>${note}</b>`}
        <small>${frame < 0 ? t('timeline.absent') : ''}
          ${player.error ? player.error.message : ''}
          ${typeof video.similarity === 'number'
            && t('timeline.similarity', {value: number(video.similarity, 2)})}</small>
      </figcaption>
    </figure>`;
};
