// The server's state as it changes: server-sent events, which say when it is gone.

const RETRY_MS = 2000;

export class Events {
  constructor(onstate, onconnection) {
    this.onstate = onstate;
    this.onconnection = onconnection;
    this.open();
  }

  open() {
    this.source = new EventSource('api/events');
    this.source.onopen = () => this.onconnection(true);
    this.source.onmessage = (event) => this.onstate(JSON.parse(event.data));
    this.source.onerror = () => {
      this.onconnection(false);
      // After an answer that is no stream a browser does not try again by itself.
      if (this.source.readyState === EventSource.CLOSED) {
        this.timer = setTimeout(() => this.open(), RETRY_MS);
      }
    };
  }

  close() {
    clearTimeout(this.timer);
    this.source.close();
  }
}
