// What the chat page knows: the visitor's session, the messages both ways, and what is still to be sent.
import { length, newId, observable, store, stored } from "./common.js";
import { LiveSocket } from "./socket.js";

const KEY = `baton.chat:${location.pathname}`; // several sites may share a host
const OUTBOX = `${KEY}:outbox`;
export const LONGEST = 8000; // characters of one message
const FRAME = 30_000; // bytes: one WebSocket frame holds 32 KB
const ANSWER_WITHIN = 12_000; // so long a message may take to be stored before it is sent again
const TRIES = 4;
const RENEW_BEFORE = 24 * 3600_000; // a token that ends so soon is renewed when connecting
const FINAL = ["bad_request", "too_large", "too_many", "forbidden"]; // sending the same again does not help

/** Why a text cannot be one message: "empty", "too_large" or "". */
export function refusal(text) {
  if (!text.trim()) return "empty";
  const tooLong = length(text) > LONGEST || new TextEncoder().encode(JSON.stringify(text)).length > FRAME;
  return tooLong ? "too_large" : "";
}

/** Adds what is new, by id, in the order of time. */
export function merged(known, incoming) {
  const byId = new Map(known.map((m) => [m.id, m]));
  for (const message of incoming) byId.set(message.id, { ...byId.get(message.id), ...message });
  return [...byId.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

export class Chat {
  constructor(language) {
    this.language = language;
    this.source = observable({ messages: [], outbox: stored(sessionStorage, OUTBOX, []), link: "connecting", loaded: false, trouble: "" });
    this.cursor = 0;
    this.session = null;
    this.inFlight = null; // one at a time, so that the order written is the order stored
    this.socket = new LiveSocket({
      address: () => this.#address(),
      onOpen: () => this.#opened(),
      onFrame: (frame) => this.#read(frame),
      onState: (link) => this.#linked(link),
    });
  }

  start() {
    addEventListener("storage", (event) => event.key === KEY && this.#adopt());
    this.socket.start();
  }

  send(text) {
    this.#outbox([...this.#state.outbox, { id: newId(), text, at: Date.now(), tries: 0, failed: "" }]);
    this.#pump();
  }

  retry(id) {
    this.#change(id, { tries: 0, failed: "" });
    this.#pump();
  }

  /** Takes a message that was not sent out of the line; gives its text back. */
  withdraw(id) {
    const text = this.#state.outbox.find((m) => m.id === id)?.text ?? "";
    this.#outbox(this.#state.outbox.filter((m) => m.id !== id));
    return text;
  }

  get #state() {
    return this.source.get();
  }

  async #address() {
    const fresh = this.session && this.worked && this.session.expires_at - Date.now() > RENEW_BEFORE;
    this.worked = false; // a token that opened no connection is renewed before the next try
    if (!fresh) await this.#renew();
    return `${this.session.socket}?token=${encodeURIComponent(this.session.token)}`;
  }

  /** One tab at a time, so that two new tabs become one visitor. */
  async #renew() {
    const locked = navigator.locks ? (act) => navigator.locks.request(KEY, act) : (act) => act();
    await locked(async () => {
      const { token } = stored(localStorage, KEY, {});
      this.session = (token && (await this.#ask({ token }))) || (await this.#ask({}));
      store(localStorage, KEY, { token: this.session.token, visitor: this.session.visitor });
    });
    this.#become(this.session.visitor);
  }

  /** The session, or null if the token is refused. Throws if the service cannot be reached. */
  async #ask(body) {
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch("./chat/session", options);
    if (response.ok) return response.json();
    if (body.token && [400, 401, 403, 404].includes(response.status)) return null;
    this.source.set({ trouble: response.status === 429 ? "too_many" : "unavailable" });
    throw new Error(`no session: ${response.status}`);
  }

  /** Another tab became another visitor, because the old token was refused; a renewed token is no reason to reconnect. */
  #adopt() {
    const { visitor } = stored(localStorage, KEY, {});
    if (!visitor || !this.visitor || visitor === this.visitor) return;
    this.session = null;
    this.socket.reconnect();
  }

  #become(visitor) {
    if (this.visitor && this.visitor !== visitor) {
      this.cursor = 0;
      this.source.set({ messages: [], loaded: false });
    }
    this.visitor = visitor;
  }

  #opened() {
    this.worked = true;
    this.caughtUp = false; // until the replay is through, a live message must not move the cursor past a gap
    this.inFlight = null;
    this.#send({ action: "replay", after: this.cursor });
    this.#pump();
  }

  #linked(link) {
    if (link !== "open") {
      this.inFlight = null;
      clearTimeout(this.patience);
    }
    this.source.set(link === "open" ? { link, trouble: "" } : { link });
  }

  #read(frame) {
    const kinds = {
      stored: () => this.#stored(frame),
      message: () => this.#take([frame.message]),
      messages: () => this.#replayed(frame),
      error: () => this.#refused(frame),
    };
    kinds[frame.type]?.();
  }

  #stored({ id, at }) {
    const sent = this.#state.outbox.find((m) => m.id === id);
    if (sent) this.#take([{ id, at, text: sent.text, direction: "incoming", by: "you", state: "received" }]);
    this.#next(id);
  }

  #replayed({ messages, cursor, more }) {
    this.#take(messages);
    this.cursor = Math.max(this.cursor, cursor);
    if (more) return; // the next page comes by itself
    this.caughtUp = true;
    this.source.set({ loaded: true });
  }

  /** Merges; what the service has is not to be sent any more. */
  #take(messages) {
    const ids = new Set(messages.map((m) => m.id));
    const outbox = this.#state.outbox.filter((m) => !ids.has(m.id));
    if (outbox.length < this.#state.outbox.length) this.#outbox(outbox);
    this.source.set({ messages: merged(this.#state.messages, messages) });
    if (this.caughtUp) this.cursor = Math.max(this.cursor, ...messages.map((m) => m.at));
    if (ids.has(this.inFlight)) this.#next(this.inFlight);
  }

  #refused({ id, code }) {
    if (code === "not_authenticated") return this.#renewLater();
    if (!id || id !== this.inFlight) return this.source.set({ trouble: code });
    if (FINAL.includes(code)) {
      this.#change(id, { failed: code });
      return this.#next(id);
    }
    return this.#again(id, code);
  }

  #renewLater() {
    this.worked = false;
    this.socket.later();
  }

  /** Sends it again, a few times, each a little later; then a person decides. */
  #again(id, code) {
    const { tries = 0 } = this.#state.outbox.find((m) => m.id === id) ?? {};
    const failed = tries + 1 >= TRIES ? code : "";
    this.#change(id, { tries: tries + 1, failed });
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.#next(id), failed ? 0 : 1000 * 2 ** tries);
  }

  #next(id) {
    if (this.inFlight !== id) return;
    clearTimeout(this.patience);
    this.inFlight = null;
    this.#pump();
  }

  #pump() {
    const next = this.#state.outbox.find((m) => !m.failed);
    if (this.inFlight || !next) return;
    const { id, text } = next;
    if (!this.#send({ action: "message", id, text, language: this.language })) return;
    this.inFlight = id;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.#again(id, "unavailable"), ANSWER_WITHIN);
  }

  #send(frame) {
    return this.socket.send({ ...frame, token: this.session?.token });
  }

  #change(id, change) {
    this.#outbox(this.#state.outbox.map((m) => (m.id === id ? { ...m, ...change } : m)));
  }

  #outbox(outbox) {
    store(sessionStorage, OUTBOX, outbox.length ? outbox : null);
    this.source.set({ outbox });
  }
}
