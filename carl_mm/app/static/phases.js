// Phases painted on one video, carried to the others, corrected and exported.
'use strict';

carl.drawLabels = (canvas, labels, cursor = null) => {
  const width = canvas.width = Math.max(1, canvas.clientWidth * devicePixelRatio);
  const height = canvas.height = Math.max(1, canvas.clientHeight * devicePixelRatio);
  const context = canvas.getContext('2d');
  const scale = width / labels.length;
  for (let first = 0, last = 0; first < labels.length; first = last) {
    while (last < labels.length && labels[last] === labels[first]) last += 1;
    context.fillStyle = labels[first] < 0
      ? carl.UNLABELLED : carl.COLORS[labels[first] % carl.COLORS.length];
    context.fillRect(first * scale, 0, (last - first) * scale + 1, height);
  }
  if (cursor === null) return;
  const x = (cursor + 0.5) * scale;
  context.fillStyle = '#fff';
  context.fillRect(x - 2 * devicePixelRatio, 0, 4 * devicePixelRatio, height);
  context.fillStyle = '#000';
  context.fillRect(x - devicePixelRatio, 0, 2 * devicePixelRatio, height);
};

carl.toRows = (labels, names) => {
  const rows = [];
  for (let first = 0, last = 0; first < labels.length; first = last) {
    while (last < labels.length && labels[last] === labels[first]) last += 1;
    if (labels[first] >= 0) rows.push([first, last - 1, names[labels[first]]]);
  }
  return rows;
};

carl.phasesTab = (root) => {
  const part = (name) => root.querySelector(`.carl-${name}`);
  const player = new carl.Player(part('first'), 'Video');
  const bar = part('bar');
  const names = []; // by label
  const videos = new Map(); // name to {labels, edited, note}
  let brush = 0;
  let painting = null; // the frame at which the pointer was

  const asked = () => {
    const given = part('names').value.split(',').map((name) => name.trim());
    return [...new Set(given.filter(Boolean))];
  };
  const labels = () => {
    if (!videos.has(player.name)) {
      videos.set(player.name, {
        labels: new Array(player.numFrames).fill(-1), edited: false, note: '',
      });
    }
    return videos.get(player.name).labels;
  };
  const draw = () => {
    if (!player.info) return;
    carl.drawLabels(bar, labels(), player.frame);
    const rows = carl.toRows(labels(), names);
    part('rows').textContent = rows.length
      ? rows.map(([first, last, name]) => `${name} ${first} to ${last}`).join(', ')
      : 'No phase painted yet.';
  };
  const paint = (first, last) => {
    labels().fill(brush, Math.min(first, last), Math.max(first, last) + 1);
    videos.get(player.name).edited = true;
    videos.get(player.name).note = 'painted by you';
    draw();
  };

  // A name that is taken back keeps its label, and colour, where that is painted.
  const addName = (name) => {
    if (names.includes(name)) return;
    const painted = new Set([...videos.values()].flatMap((video) => video.labels));
    const free = names.findIndex(
      (old, label) => !asked().includes(old) && !painted.has(label),
    );
    names[free < 0 ? names.length : free] = name;
  };
  const drawBrushes = () => {
    for (const name of asked()) addName(name);
    const choices = asked().map((name) => [names.indexOf(name), name]);
    if (brush >= 0 && !choices.some(([label]) => label === brush)) {
      brush = choices.length ? choices[0][0] : -1;
    }
    part('brushes').replaceChildren(...[...choices, [-1, 'no phase']].map(
      ([label, name]) => {
        const swatch = carl.make('i', {className: 'carl-swatch'});
        swatch.style.background = label < 0
          ? carl.UNLABELLED : carl.COLORS[label % carl.COLORS.length];
        const button = carl.make(
          'button', {className: 'carl-button', ariaPressed: label === brush},
          swatch, name,
        );
        button.addEventListener('click', () => { brush = label; drawBrushes(); });
        return button;
      },
    ));
  };

  const row = (name) => {
    const strip = carl.make('canvas', {className: 'carl-strip'});
    const video = videos.get(name);
    const button = carl.make('button', {
      className: 'carl-button', textContent: video.edited ? 'Open' : 'Correct',
      ariaLabel: `Open ${name}`,
    });
    button.addEventListener('click', () => {
      open(name);
      root.scrollIntoView({behavior: 'smooth'});
    });
    const line = carl.make(
      'div', {className: 'carl-row'},
      carl.make('b', {textContent: name}), strip,
      carl.make('span', {textContent: video.note}), button,
    );
    requestAnimationFrame(() => carl.drawLabels(strip, video.labels));
    return line;
  };
  const drawRows = () => {
    const known = [...videos.keys()].filter((name) => videos.get(name).note);
    const rows = document.getElementById('carl-rows-of-all');
    rows?.replaceChildren(...known.map(row));
  };

  const open = async (name) => {
    if (await player.show(name)) draw();
  };
  const frameUnder = (event) => {
    const box = bar.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const frame = Math.floor(share * player.numFrames);
    return Math.max(0, Math.min(player.numFrames - 1, frame));
  };
  bar.addEventListener('pointerdown', (event) => {
    if (!player.info) return;
    bar.setPointerCapture(event.pointerId);
    painting = frameUnder(event);
    player.move(painting);
    paint(painting, painting);
  });
  bar.addEventListener('pointermove', (event) => {
    if (painting === null) return;
    const frame = frameUnder(event);
    player.move(frame);
    paint(painting, frame);
    painting = frame;
  });
  for (const event of ['pointerup', 'pointercancel']) {
    bar.addEventListener(event, () => {
      if (painting !== null) drawRows();
      painting = null;
    });
  }
  part('from-here').addEventListener('click', () => {
    if (!player.info) return;
    paint(player.frame, player.numFrames - 1);
    drawRows();
  });
  part('names').addEventListener('change', drawBrushes);
  player.onmove = draw;
  new ResizeObserver(() => { draw(); drawRows(); }).observe(root);
  drawBrushes();

  const rowsOf = (chosen) => Object.fromEntries(
    [...videos].filter(([, video]) => chosen(video)).map(
      ([name, video]) => [name, carl.toRows(video.labels, names)],
    ).filter(([, rows]) => rows.length),
  );
  carl.ready('phases', {
    choose(name) { if (name && name !== player.name) open(name); },
    painted: () => rowsOf((video) => video.edited),
    all: () => rowsOf(() => true),
    show({carried}) {
      for (const [name, found] of Object.entries(carried)) {
        const {rows, source, score} = found;
        const values = new Array(found.num_frames).fill(-1);
        for (const [first, last, phase] of rows) {
          if (!names.includes(phase)) names.push(phase);
          values.fill(names.indexOf(phase), first, last + 1);
        }
        const note = `from ${source}, score ${score.toFixed(2)}`;
        videos.set(name, {labels: values, edited: false, note});
      }
      draw();
      drawRows();
    },
  });
};

carl.download = (text, name) => {
  const address = URL.createObjectURL(new Blob([text], {type: 'text/csv'}));
  carl.make('a', {href: address, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
};
