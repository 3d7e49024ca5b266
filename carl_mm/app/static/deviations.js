// Where a video strays: a chart of scores that is clicked to see the moment.
'use strict';

// Four to ten round numbers in a range.
carl.ticks = (low, high) => {
  const rough = Math.max(high - low, 1e-6) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const ticks = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + 1e-9; at += 1) {
    ticks.push(Number((at * step).toPrecision(6)));
  }
  return ticks;
};

// The axis is linear up to about 5 log odds and logarithmic beyond, as in the pictures
// of tools/deviations.py.
carl.placeOdds = (score) => Math.asinh(score / 5);

carl.oddsTicks = (low, high) => {
  const gap = Math.max((carl.placeOdds(high) - carl.placeOdds(low)) / 10, 1e-9);
  const ticks = [0];
  for (const [sign, limit] of [[1, high], [-1, -low]]) {
    let last = 0;
    for (let power = -3; 10 ** power <= limit; power += 1) {
      for (const digit of [1, 2, 5]) {
        const tick = Number(`${digit}e${power}`);
        if (tick > limit || carl.placeOdds(tick) - carl.placeOdds(last) < gap) continue;
        ticks.push(sign * tick);
        last = tick;
      }
    }
  }
  return ticks;
};

carl.drawScores = (canvas, result, times, cursor) => {
  const scale = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  context.font = '13px system-ui, sans-serif';
  const ink = getComputedStyle(canvas).color;
  const [left, right, top, bottom] = [56, 12, 14, 44];
  const low = Math.min(0, ...result.scores);
  const high = Math.max(0.5, result.threshold, ...result.scores) * 1.05;
  const [bottomPlace, topPlace] = [carl.placeOdds(low), carl.placeOdds(high)];
  const x = (frame) => left + (width - left - right) * (frame + 0.5) / times.length;
  const y = (score) => top + (height - top - bottom) *
    (topPlace - carl.placeOdds(score)) / (topPlace - bottomPlace);

  for (const {first_frame: first, last_frame: last, is_cut: cut} of result.segments) {
    context.fillStyle = cut ? 'rgba(204, 121, 167, 0.5)' : 'rgba(230, 159, 0, 0.4)';
    context.fillRect(x(first - 0.5), top, x(last + 0.5) - x(first - 0.5), height - top - bottom);
  }
  context.strokeStyle = context.fillStyle = ink;
  context.strokeRect(left, top, width - left - right, height - top - bottom);
  const text = (words, at, line, align) => {
    context.textAlign = align;
    context.fillText(words, at, line);
  };
  for (const score of carl.oddsTicks(low, high)) {
    text(`${score}`, left - 6, y(score) + 4, 'right');
  }
  for (const time of carl.ticks(times[0], times.at(-1))) {
    const after = times.findIndex((other) => other >= time - 1e-9);
    const gap = after ? (times[after] - time) / (times[after] - times[after - 1]) : 0;
    text(`${time}`, x(after - gap), height - 26, 'center');
  }
  text('time (s)', left + (width - left - right) / 2, height - 6, 'center');
  context.save();
  context.rotate(-Math.PI / 2);
  text('deviation (log odds)', -(top + height - bottom) / 2, 13, 'center');
  context.restore();
  const line = (from, to) => {
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  };
  context.setLineDash([6, 4]);
  line([left, y(result.threshold)], [width - right, y(result.threshold)]);
  context.setLineDash([]);
  line([x(cursor), top], [x(cursor), height - bottom]);
  context.strokeStyle = '#0072B2';
  context.lineWidth = 2.5;
  context.beginPath();
  result.scores.forEach((score, frame) => context.lineTo(x(frame), y(score)));
  context.stroke();
  return (place) => {
    const share = (place - left) / (width - left - right);
    return Math.max(0, Math.min(times.length - 1, Math.floor(share * times.length)));
  };
};

carl.deviationsTab = (root) => {
  const player = new carl.Player(root.querySelector('.carl-first'), 'Video');
  const chart = root.querySelector('.carl-chart');
  const text = root.querySelector('.carl-result');
  const list = root.querySelector('.carl-segments');
  const warning = root.querySelector('.carl-warning');
  const used = root.querySelector('.carl-used');
  let result = null;
  let frameUnder = () => 0;

  const draw = () => {
    if (!result || !player.info || !chart.clientWidth) return;
    frameUnder = carl.drawScores(chart, result, player.info.times, player.frame);
  };
  player.onmove = draw;
  new ResizeObserver(draw).observe(root);
  const follow = (event) => {
    if (result && event.buttons) player.move(frameUnder(event.offsetX));
  };
  chart.addEventListener('pointerdown', follow);
  chart.addEventListener('pointermove', follow);

  const clear = () => {
    result = null;
    chart.hidden = true;
    list.replaceChildren();
    warning.textContent = used.textContent = '';
  };
  clear();

  const segmentButton = (segment) => {
    const button = carl.make('button', {
      className: 'carl-button',
      textContent: `Play ${carl.seconds(segment.start_s)} to ${carl.seconds(segment.end_s)}` +
        (segment.is_cut ? ', another scene' : `, peak ${segment.peak.toFixed(1)} log odds`),
    });
    button.addEventListener('click', () => {
      player.move(segment.first_frame);
      player.play();
    });
    return button;
  };

  carl.ready('deviations', {
    choose(name) {
      if (!name || name === player.name) return;
      clear();
      player.show(name);
    },
    async show(found) {
      clear();
      if (!await player.show(found.video)) return;
      result = found;
      chart.hidden = false;
      const count = result.segments.length;
      text.textContent =
        `${count ? `${count} moment${count > 1 ? 's stand' : ' stands'} out` : 'Nothing stands out'}, ` +
        `judged by ${result.references.length} references. The blue line is how far ` +
        `each frame strays, in log odds (linear up to about 5, logarithmic beyond); ` +
        `above the dashed line it stands out (orange; purple: another scene). Click ` +
        `or drag in the chart to see the moment.`;
      warning.textContent = result.warning && `Caution: ${result.warning}.`;
      used.textContent = `References: ${result.references.join(', ')}`;
      list.replaceChildren(...result.segments.map(segmentButton));
      if (count) player.seek(result.segments[0].first_frame);
      draw();
    },
  });
};
