// Paints a phase while a video plays: as long as a key is held, or from one tap of it
// to the next.
import {useEffect, useRef, useState} from './hooks.js';
import {paint} from './rows.js';

const HELD_MS = 350;

export const usePainter = (player, rows, commit) => {
  const [painting, setPainting] = useState(null); // {phase, from, since, rows}
  const latest = useRef(null);
  latest.current = {painting, commit};

  const draft = painting
    ? paint(painting.rows, painting.from, player.frame, painting.phase) : null;
  const stop = () => {
    const {painting: own, commit: write} = latest.current;
    if (!own) return;
    latest.current.painting = null;
    setPainting(null);
    write(paint(own.rows, own.from, player.frame, own.phase));
  };
  // Pausing, the video's end and another video end it.
  useEffect(() => { if (!player.playing) stop(); }, [player.playing, player.name]);

  return {
    draft,
    phase: painting?.phase ?? null,
    press(phase) {
      const before = painting?.phase;
      const kept = draft ?? rows;
      stop();
      if (before === phase || !player.playing) return;
      setPainting({phase, from: player.frame, since: performance.now(), rows: kept});
    },
    release() {
      const own = latest.current.painting;
      if (own && performance.now() - own.since > HELD_MS) stop();
    },
  };
};
