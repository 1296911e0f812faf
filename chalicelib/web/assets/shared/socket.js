// One WebSocket that comes back by itself: backoff with jitter, pings, and doubts when nothing is heard.
/** @import { Timers } from "./types.d.ts" */
/** @import { Frame, SentFrame } from "./wire.d.ts" */
const PING_EVERY = 240_000; // idle connections are closed after 10 minutes
const PATIENCE = 10_000; // so long may an awaited frame take before the connection counts as dead
const STEADY = 5_000; // a connection that lasts so long starts the backoff anew
const FIRST_WAIT = 600;
const LONGEST_WAIT = 30_000;

export function backoff(/** @type {number} */ attempt, random = Math.random()) {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt) * (0.5 + random / 2);
}

export class LiveSocket {
  /** `address()` promises the address for each new connection and may throw; `onState` hears "connecting", "open", "waiting", "offline".
   * @param {{ address: () => Promise<string>, onOpen: () => void, onFrame: (frame: Frame) => void, onState: (link: string) => void }} handlers
   */
  constructor({ address, onOpen, onFrame, onState }) {
    this.address = address;
    this.onOpen = onOpen;
    this.onFrame = onFrame;
    this.onState = onState;
    this.attempt = 0;
    this.turn = 0; // events of older connections are ignored
    this.stopped = false;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {Timers} */
    this.timers = {};
  }

  start() {
    addEventListener("online", () => this.reconnect());
    addEventListener("offline", () => this.later());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#check());
    this.#connect();
  }

  /** Whether the frame went out; it may still be lost on the way. */
  send(/** @type {SentFrame} */ frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    this.#after("doubt", PATIENCE, () => this.later());
    return true;
  }

  /** Drops what there is and connects at once. */
  reconnect() {
    if (this.stopped) return;
    this.#lose("connecting");
    this.#connect();
  }

  /** Drops what there is and connects again after a while that grows with each failure. */
  later() {
    if (this.stopped) return;
    this.#lose(navigator.onLine ? "waiting" : "offline");
    this.#after("again", backoff(this.attempt++), () => this.#connect());
  }

  stop() {
    this.stopped = true;
    this.#lose("waiting");
  }

  /** After `stop`. */
  resume() {
    this.stopped = false;
    this.attempt = 0;
    this.reconnect();
  }

  async #connect() {
    if (this.stopped) return;
    clearTimeout(this.timers.again);
    const turn = ++this.turn;
    this.onState("connecting");
    try {
      const address = await this.address();
      if (turn === this.turn) this.#listen(new WebSocket(address), turn);
    } catch {
      if (turn === this.turn) this.later();
    }
  }

  #listen(/** @type {WebSocket} */ socket, /** @type {number} */ turn) {
    /** @template E @param {(event: E) => void} act @returns {(event: E) => void} */
    const current = (act) => (event) => void (turn === this.turn && act(event));
    this.socket = socket;
    this.#after("doubt", PATIENCE, () => this.later());
    socket.onopen = current(() => {
      this.#after("steady", STEADY, () => (this.attempt = 0));
      this.#heard();
      this.onState("open");
      this.onOpen();
    });
    socket.onmessage = current((/** @type {MessageEvent<string>} */ event) => {
      this.#heard();
      this.onFrame(parsed(event.data));
    });
    socket.onclose = current(() => this.later());
  }

  #heard() {
    clearTimeout(this.timers.doubt);
    this.#after("ping", PING_EVERY, () => this.send({ action: "ping" }));
  }

  #check() {
    if (this.socket?.readyState === WebSocket.CONNECTING) return;
    if (!this.send({ action: "ping" })) this.reconnect();
  }

  #lose(/** @type {string} */ state) {
    this.turn += 1;
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.socket?.close();
    this.socket = null;
    this.onState(state);
  }

  #after(/** @type {string} */ name, /** @type {number} */ delay, /** @type {() => void} */ act) {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(act, delay);
  }
}

function parsed(/** @type {string} */ data) {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}
