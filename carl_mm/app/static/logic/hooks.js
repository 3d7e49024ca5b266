// What components share: the application's state, tasks, keys, players.
import {createContext, html, useContext, useEffect, useMemo, useReducer, useRef, useState}
  from '../vendor/preact-htm.js';
import {lineOf} from '../api.js';
import {t} from '../texts.js';
import {Playback} from './playback.js';

export {html, useEffect, useMemo, useRef, useState};

// {state, videos, ready, labels, choices, choose, connected, ...}, see main.js
export const App = createContext(null);

export const useApp = () => useContext(App);

export const useRedraw = () => useReducer((count) => count + 1, 0)[1];

// Runs one request at a time and keeps its error as a line.
export const useTask = () => {
  const [task, setTask] = useState({busy: false, error: ''});
  const call = useRef(null);
  const run = async (action) => {
    const own = call.current = {};
    setTask({busy: true, error: ''});
    try {
      const result = await action();
      if (call.current !== own) return undefined;
      setTask({busy: false, error: ''});
      return result;
    } catch (error) {
      if (call.current === own) setTask({busy: false, error: lineOf(error, t)});
      return undefined;
    }
  };
  return {...task, run};
};

// A player's state; the component is drawn anew as it changes.
export const usePlayback = () => {
  const redraw = useRedraw();
  const ref = useRef(null);
  ref.current ??= new Playback();
  useEffect(() => {
    const stop = ref.current.listen(redraw);
    return () => { stop(); ref.current.pause(); };
  }, []);
  return ref.current;
};

const isTyping = (target) =>
  target.matches('select, textarea, [contenteditable]')
  || (target.matches('input') && !['range', 'checkbox', 'radio', 'file'].includes(target.type));

// Keys of the whole page while a view is in front. `handle(event)` returns whether it
// took the key.
export const useKeys = (isActive, handle, type = 'keydown') => {
  const latest = useRef(handle);
  latest.current = handle;
  useEffect(() => {
    if (!isActive) return undefined;
    const listener = (event) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      if (latest.current(event)) event.preventDefault();
    };
    document.addEventListener(type, listener);
    return () => document.removeEventListener(type, listener);
  }, [isActive, type]);
};

// What the space bar presses by itself; on the chosen tab it would do nothing.
export const HAS_SPACE =
  'button:not([role=tab]), summary, a, select, input:not([type=range])';

const SPEEDS = [0.1, 0.25, 0.5, 1, 1.5, 2];

// Keys that every player knows. Arrows are left to what has a use for them itself.
export const playerKeys = (player, event) => {
  if (!player?.info || event.ctrlKey || event.metaKey || event.altKey) return false;
  const own = event.target.closest('[role=slider], [role=tab], input, .strip, .stage');
  if (event.key === ' ') {
    if (event.target.closest(HAS_SPACE)) return false;
    player.toggle();
  } else if (event.key === ',' || (event.key === 'ArrowLeft' && !own)) player.step(-1);
  else if (event.key === '.' || (event.key === 'ArrowRight' && !own)) player.step(1);
  else if (event.key === '[' || event.key === ']') {
    const at = SPEEDS.indexOf(player.speed) + (event.key === ']' ? 1 : -1);
    player.setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at))]);
  } else return false;
  return true;
};

export {SPEEDS};

// Lets a click in the list of videos choose for a view.
export const usePick = (view, pick) => { useApp().pickers[view] = pick; };
