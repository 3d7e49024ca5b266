// The frames most like one: cards that play where they are.
'use strict';

carl.retrieveTab = (root) => {
  const query = new carl.Player(root.querySelector('.carl-first'), 'Look for');
  const found = new carl.Player(root.querySelector('.carl-second'), 'Found');
  const cards = root.querySelector('.carl-cards');
  const text = root.querySelector('.carl-result');

  const card = (hit, rank) => {
    const button = carl.make(
      'button', {className: 'carl-card', title: `Play ${hit.video} from here`},
      carl.make('img', {
        alt: `${rank}: ${hit.video}, frame ${hit.frame}`,
        src: carl.address('frame', {video: hit.video, frame: hit.frame}),
      }),
      carl.make('b', {textContent: `${rank}. ${hit.video}`}),
      carl.make('span', {
        textContent: `${carl.seconds(hit.time_s)}, similarity ${hit.similarity.toFixed(2)}`,
      }),
    );
    button.addEventListener('click', async () => {
      for (const other of cards.children) other.ariaPressed = other === button;
      if (await found.show(hit.video, hit.frame)) found.play();
    });
    return button;
  };

  carl.ready('retrieve', {
    choose(name) { if (name && name !== query.name) query.show(name); },
    frame: () => query.frame,
    show(result) {
      text.textContent = result.hits.length
        ? `Frames of other videos most like frame ${result.frame} of ` +
          `${result.video}, the most alike first. Click one to play it from there.`
        : 'No other video has a frame.';
      cards.replaceChildren(...result.hits.map((hit, index) => card(hit, index + 1)));
    },
  });
};
