// A video element that is moved by frames.
import {address, infoOf} from '../api.js';
import {t} from '../texts.js';

export const frameAt = (times, time) => {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= time + 1e-4) low = middle; else high = middle - 1;
  }
  return low;
};

export class Playback {
  constructor() {
    Object.assign(this, {
      name: '', info: null, frame: 0, error: null, loading: false, playing: false,
      speed: 1, until: null, pending: null, video: null,
    });
    this.listeners = new Set(); // called at every change
    this.onmove = () => {}; // called with the frame when the user or playing moves it
  }

  get numFrames() { return this.info?.times.length ?? 0; }

  get time() { return this.info?.times[this.frame] ?? 0; }

  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell() { for (const listener of this.listeners) listener(); }

  attach(video) {
    this.video = video;
    video.muted = true;
    video.onseeked = () => this._seekPending();
    video.onplay = () => { this.playing = true; this.tell(); this._watch(); };
    video.onpause = () => { this.playing = false; this.tell(); };
    video.onended = video.onpause;
    if (this.name && !this.info) this.show(this.name, this.frame);
  }

  // Shows a video at a frame; another call before it is there takes its place.
  async show(name, frame = null) {
    const call = this.call = {};
    this.pause();
    if (this.name === name && this.info) {
      if (frame !== null) this.seek(frame);
      return true;
    }
    Object.assign(this, {name, info: null, frame: frame ?? 0, error: null, loading: true});
    this.tell();
    try {
      const info = await infoOf(name);
      if (this.call !== call) return false;
      await this._open(name);
      if (this.call !== call) return false;
      this.info = info;
    } catch (error) {
      if (this.call === call) Object.assign(this, {error, loading: false});
      this.tell();
      return false;
    }
    this.loading = false;
    this.video.playbackRate = this.speed;
    this.seek(this.frame);
    return true;
  }

  _open(name) {
    return new Promise((resolve, reject) => {
      this.pending = null;
      this.video.onloadeddata = resolve;
      this.video.onerror = () => reject(new Error(t('error.play', {name})));
      this.video.src = address('video', {video: name});
    });
  }

  // Seeks to the middle of a frame's time: its edges are rounded.
  seek(frame) {
    if (!this.info) return;
    this.frame = Math.max(0, Math.min(this.numFrames - 1, frame));
    const times = this.info.player_times;
    const start = times[this.frame];
    const end = times[this.frame + 1] ?? Math.min(this.video.duration, start + 0.02);
    this.pending = start + Math.max(0, end - start) / 2;
    if (!this.video.seeking) this._seekPending();
    this.tell();
  }

  _seekPending() {
    if (this.pending === null) return;
    const target = this.pending;
    this.pending = null;
    this.video.currentTime = target;
  }

  // As `seek`, by the user: others follow.
  move(frame) {
    if (!this.info) return;
    this.pause();
    this.seek(frame);
    this.onmove(this.frame);
  }

  step(by) { this.move(this.frame + by); }

  setSpeed(speed) {
    this.speed = speed;
    if (this.video) this.video.playbackRate = speed;
    this.tell();
  }

  toggle() {
    if (!this.info) return;
    if (this.playing) {
      this.pause();
      return;
    }
    if (this.frame === this.numFrames - 1) this.seek(0);
    this.play();
  }

  // Plays on, or up to a frame, at which it stops.
  play(until = null) {
    this.until = until;
    this.video?.play().catch(() => {});
  }

  // From a frame, and stops at another.
  playPart(first, last) {
    this.seek(first);
    this.onmove(first);
    this.play(last);
  }

  pause() {
    this.until = null;
    if (this.video && !this.video.paused) this.video.pause();
  }

  _watch() {
    if (!this.info || this.video.paused) return;
    if (!this.video.seeking) this._follow(frameAt(this.info.player_times, this.video.currentTime));
    requestAnimationFrame(() => this._watch());
  }

  _follow(frame) {
    const {until} = this;
    if (until !== null && frame >= until) {
      this.pause();
      this.seek(until); // it may have run a frame too far
      this.onmove(until);
    } else if (frame !== this.frame) {
      this.frame = frame;
      this.tell();
      this.onmove(frame);
    }
  }
}
