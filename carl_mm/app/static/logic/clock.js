// A clock that many videos follow.
import {HAS_SPACE, useEffect, useRef, useRedraw} from './hooks.js';
import {frameAt} from './playback.js';

class Clock {
  constructor(times, onchange) {
    Object.assign(this, {times, onchange, index: 0, time: times[0], playing: false, speed: 1});
  }

  indexOf(time) { return frameAt(this.times, time); }

  moveTo(time) { this.move(this.indexOf(time)); }

  move(index) {
    this.pause();
    this.index = Math.max(0, Math.min(this.times.length - 1, index));
    this.time = this.times[this.index];
    this.onchange();
  }

  step(by) { this.move(this.index + by); }

  setSpeed(speed) {
    this.speed = speed;
    this.onchange();
  }

  toggle() {
    if (this.playing) {
      this.pause();
      return;
    }
    if (this.index === this.times.length - 1) this.move(0);
    this.playing = true;
    this.last = performance.now();
    requestAnimationFrame((now) => this._tick(now));
    this.onchange();
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.onchange();
  }

  _tick(now) {
    if (!this.playing) return;
    this.time += (Math.max(0, now - this.last) / 1000) * this.speed;
    this.last = now;
    const index = this.indexOf(this.time);
    if (index !== this.index) {
      this.index = index;
      this.onchange();
    }
    if (this.time >= this.times.at(-1)) this.pause();
    else requestAnimationFrame((later) => this._tick(later));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const own = event.target.closest('[role=slider], [role=tab], input');
    if (event.key === ' ' && !event.target.closest(HAS_SPACE)) this.toggle();
    else if (event.key === ',' || (event.key === 'ArrowLeft' && !own)) this.step(-1);
    else if (event.key === '.' || (event.key === 'ArrowRight' && !own)) this.step(1);
    else return false;
    return true;
  }
}

export const useClock = (times, isActive) => {
  const redraw = useRedraw();
  const ref = useRef(null);
  ref.current ??= new Clock(times, redraw);
  useEffect(() => { if (!isActive) ref.current.pause(); }, [isActive]);
  useEffect(() => () => ref.current.pause(), []);
  return ref.current;
};
