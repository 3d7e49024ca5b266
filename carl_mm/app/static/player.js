// A video with a slider in frames. Others listen to its moves by `onmove`.
'use strict';

window.carl = {tabs: {}, wanted: {}, infos: new Map()};

carl.make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

carl.address = (what, query) => `carl/${what}?${new URLSearchParams(query)}`;

carl.seconds = (time) => `${time.toFixed(2)} s`;

// Times of a video's frames; asked for once.
carl.info = (name) => {
  if (!carl.infos.has(name)) {
    const asked = fetch(carl.address('info', {video: name})).then(async (answer) => {
      const content = await answer.json();
      if (!answer.ok) throw new Error(content.detail);
      return content;
    });
    asked.catch(() => carl.infos.delete(name));
    carl.infos.set(name, asked);
  }
  return carl.infos.get(name);
};

// A tab's elements are there only once it is opened; what it is to show may be chosen
// before.
carl.choose = (tab, ...names) => {
  carl.wanted[tab] = names;
  carl.tabs[tab]?.choose(...names);
};

carl.ready = (tab, object) => {
  carl.tabs[tab] = object;
  if (carl.wanted[tab]) object.choose(...carl.wanted[tab]);
};

carl.Player = class {
  constructor(root, label) {
    this.label = label;
    this.info = null;
    this.frame = 0;
    this.pending = null;
    this.onmove = () => {};
    this.caption = carl.make('figcaption', {textContent: `${label}: none chosen`});
    this.video = carl.make('video', {
      muted: true, playsInline: true, preload: 'auto', tabIndex: -1,
    });
    this.button = carl.make('button', {
      className: 'carl-button carl-play', textContent: 'Play', disabled: true,
    });
    this.slider = carl.make('input', {
      type: 'range', min: 0, max: 0, value: 0, step: 1, disabled: true,
      ariaLabel: `Frame of the ${label.toLowerCase()}`,
    });
    this.output = carl.make('output', {textContent: ' '});
    root.classList.add('carl-player');
    root.replaceChildren(
      this.caption, this.video,
      carl.make('div', {className: 'carl-controls'}, this.button, this.slider),
      this.output,
    );
    this.slider.addEventListener('input', () => this.move(Number(this.slider.value)));
    this.button.addEventListener('click', () => this.toggle());
    this.video.addEventListener('seeked', () => this.seekPending());
    this.video.addEventListener('play', () => this.watch());
    for (const event of ['pause', 'ended', 'play']) {
      this.video.addEventListener(event, () => {
        this.button.textContent = this.video.paused ? 'Play' : 'Pause';
      });
    }
  }

  get name() { return this.info?.name; }

  get numFrames() { return this.info.times.length; }

  // Shows a video at a frame, by default where it is already; another call before it
  // is there takes its place.
  async show(name, frame = null) {
    const call = this.call = {};
    this.pause();
    this.caption.textContent = `${this.label}: ${name}`;
    if (this.name !== name) {
      this.info = null;
      this.slider.disabled = this.button.disabled = true;
      this.output.textContent = 'loading';
      let info;
      try {
        info = await carl.info(name);
        if (this.call !== call) return false;
        await this.open(info.name);
      } catch (error) {
        if (this.call === call) this.output.textContent = error.message;
        return false;
      }
      if (this.call !== call) return false;
      this.info = info;
      this.frame = 0;
      this.slider.max = this.numFrames - 1;
      this.slider.disabled = this.button.disabled = false;
    }
    this.seek(frame ?? this.frame);
    return true;
  }

  open(name) {
    return new Promise((resolve, reject) => {
      this.pending = null;
      this.video.onloadeddata = resolve;
      this.video.onerror = () => reject(new Error(`${name}: cannot be played here`));
      this.video.src = carl.address('video', {video: name});
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
    if (!this.video.seeking) this.seekPending();
    this.tell();
  }

  seekPending() {
    if (this.pending === null) return;
    const target = this.pending;
    this.pending = null;
    this.video.currentTime = target;
  }

  // As `seek`, by the user: others follow.
  move(frame) {
    this.pause();
    this.seek(frame);
    this.onmove(this.frame);
  }

  tell() {
    this.slider.value = this.frame;
    const time = carl.seconds(this.info.times[this.frame]);
    this.output.textContent = `${time}, frame ${this.frame} of ${this.numFrames}`;
  }

  toggle() {
    if (!this.info) return;
    if (!this.video.paused) {
      this.pause();
      return;
    }
    if (this.video.ended || this.frame === this.numFrames - 1) this.seek(0);
    this.play();
  }

  play() { this.video.play().catch(() => {}); }

  pause() { this.video.pause(); }

  watch() {
    if (this.video.paused || !this.info) return;
    if (!this.video.seeking) {
      const frame = this.frameAt(this.video.currentTime);
      if (frame !== this.frame) {
        this.frame = frame;
        this.tell();
        this.onmove(frame);
      }
    }
    requestAnimationFrame(() => this.watch());
  }

  frameAt(time) {
    const times = this.info.player_times;
    let low = 0;
    let high = times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= time + 1e-4) low = middle; else high = middle - 1;
    }
    return low;
  }
};
