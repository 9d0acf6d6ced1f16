// Follow which topics changed. What changed often is told at most three times a second.
const PAUSE_MS = 333;
const AGAIN_MS = 5000;
const listeners = new Set();
const waiting = new Set();
let source = null;
let timer = 0;

function tell() {
  timer = 0;
  const topics = new Set(waiting);
  waiting.clear();
  for (const listener of listeners) listener(topics);
}

function open() {
  if (source || document.hidden) return;
  source = new EventSource("/api/events");
  source.addEventListener("change", (event) => {
    waiting.add(event.data);
    timer ||= setTimeout(tell, PAUSE_MS);
  });
  source.addEventListener("error", () => {
    // the browser comes back by itself from a cut, not from a refusal
    if (source?.readyState === EventSource.CLOSED) {
      close();
      setTimeout(open, AGAIN_MS);
    }
  });
}

function close() {
  source?.close();
  source = null;
}

export function isOpen() {
  return source?.readyState === EventSource.OPEN;
}

export function listen(listener) {
  listeners.add(listener);
}

export function start() {
  // a page that nobody sees holds no stream: an operator has eight
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  open();
}
