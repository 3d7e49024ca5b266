// Two videos in step: whichever is moved, the other follows.
'use strict';

carl.alignTab = (root) => {
  const first = new carl.Player(root.querySelector('.carl-first'), 'First video');
  const second = new carl.Player(root.querySelector('.carl-second'), 'Second video');
  const text = root.querySelector('.carl-result');
  const waiting = text.textContent;
  const ranking = root.querySelector('.carl-ranking');
  let matches = null;

  const lead = (leader, follower, box, key, alone) => {
    leader.onmove = (frame) => {
      if (!matches) return;
      follower.pause();
      follower.seek(matches[key][frame]);
      boxes.forEach((each) => each.classList.remove('carl-alone'));
      box.classList.toggle('carl-alone', matches[alone].has(frame));
    };
  };
  const boxes = ['.carl-first', '.carl-second'].map((name) => root.querySelector(name));
  lead(first, second, boxes[1], 'frames_b', 'alone_a');
  lead(second, first, boxes[0], 'frames_a', 'alone_b');

  const rank = (found) => {
    ranking.replaceChildren(...found.ranking.map(({name, score, z, is_like}) => {
      const item = document.createElement('li');
      const note = is_like ? '' : ', not like it';
      item.textContent = `${name}: score ${score.toFixed(2)}, z ${z.toFixed(2)}${note}`;
      return item;
    }));
    text.textContent =
      `All videos, the most like ${found.a} first. z: by how many standard deviations ` +
      `the score exceeds that of the same videos in another order; below 1.6 they are ` +
      `not to be compared.`;
  };

  carl.ready('align', {
    choose(a, b) {
      if (matches && matches.a === a && matches.b === b) return;
      matches = null;
      text.textContent = waiting;
      boxes.forEach((box) => box.classList.remove('carl-alone'));
      ranking.replaceChildren();
      if (a) first.show(a);
      if (b) second.show(b);
    },
    async show(result) {
      if (result.ranking) return rank(result);
      matches = null;
      boxes.forEach((box) => box.classList.remove('carl-alone'));
      ranking.replaceChildren();
      const there = await Promise.all([first.show(result.a), second.show(result.b)]);
      if (!there.every(Boolean)) return;
      matches = {
        ...result, alone_a: new Set(result.alone_a), alone_b: new Set(result.alone_b),
      };
      second.seek(matches.frames_b[first.frame]);
      boxes[1].classList.toggle('carl-alone', matches.alone_a.has(first.frame));
      const alone = result.alone_a.length + result.alone_b.length;
      text.textContent = !result.alignable
        ? 'These two videos have no moment in common that the model could find.'
        : `In step. Drag either slider or play either video: the other follows. ` +
          `Score ${result.score.toFixed(2)} (1: matched frames look the same to the ` +
          `model).` + (alone ? ` ${alone} frames have no counterpart; the other video ` +
          `is faint there.` : '') + (result.stride > 1 ? ` They are long: one frame in ` +
          `${result.stride} was aligned, the others lie between.` : '');
    },
  });
};
