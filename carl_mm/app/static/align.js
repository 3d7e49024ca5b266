// Two videos in step: whichever is moved, the other follows.
'use strict';

carl.alignTab = (root) => {
  const first = new carl.Player(root.querySelector('.carl-first'), 'First video');
  const second = new carl.Player(root.querySelector('.carl-second'), 'Second video');
  const text = root.querySelector('.carl-result');
  const waiting = text.textContent;
  let matches = null;

  const lead = (leader, follower, key) => {
    leader.onmove = (frame) => {
      if (!matches) return;
      follower.pause();
      follower.seek(matches[key][frame]);
    };
  };
  lead(first, second, 'frames_b');
  lead(second, first, 'frames_a');

  carl.ready('align', {
    choose(a, b) {
      if (matches && matches.a === a && matches.b === b) return;
      matches = null;
      text.textContent = waiting;
      if (a) first.show(a);
      if (b) second.show(b);
    },
    async show(result) {
      matches = null;
      const there = await Promise.all([first.show(result.a), second.show(result.b)]);
      if (!there.every(Boolean)) return;
      matches = result;
      second.seek(matches.frames_b[first.frame]);
      text.textContent =
        `In step. Drag either slider or play either video: the other follows. ` +
        `Score ${result.score.toFixed(2)} (1: matched frames look the same to the ` +
        `model; 0: no more alike than any two).`;
    },
  });
};
