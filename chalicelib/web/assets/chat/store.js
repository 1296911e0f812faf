// What the chat page knows: the messages both ways, what is still to be sent, and the signs of life of the other side.
/** @import { Observable, Timers } from "../shared/types.d.ts" */
/** @import { ChatMessage, ErrorFrame, FileEntry, Frame, Language, SentFrame, VisitorSession } from "../shared/wire.d.ts" */
/** @import { State, Unsent } from "./types.d.ts" */
import { keptInTab, length, local, newId, observable, store, stored } from "../shared/common.js";
import { Questions } from "./questions.js";
import { KEY, Session } from "./session.js";
import { LiveSocket } from "../shared/socket.js";

const OUTBOX = `${KEY}:outbox`;
const SEEN = `${KEY}:seen`;
export const REACH = `${KEY}:reach`;
export const DRAFT = `${KEY}:draft`;
export const LONGEST = 8000; // characters of one message
const FRAME = 30_000; // bytes: one WebSocket frame holds 32 KB
const ANSWER_WITHIN = 12_000; // so long a message may take to be stored before it is sent again
const TRIES = 4;
const FINAL = ["bad_request", "too_large", "forbidden"]; // sending the same again does not help
const SETTLED = 3_000; // after so long nothing falls between a replay and the first pushes: then a second replay is sure to have all
const TYPING_EVERY = 3_000;
const TYPING_LASTS = 6_000;
const READ_EVERY = 2_000;
const URL_LASTS = 240_000; // signed addresses of files are good for five minutes

/** Why a text cannot be one message: "empty", "too_large" or "". */
export function refusal(/** @type {string} */ text) {
  if (!text.trim()) return "empty";
  const tooLong = length(text) > LONGEST || new TextEncoder().encode(JSON.stringify(text)).length > FRAME;
  return tooLong ? "too_large" : "";
}

/** Adds what is new, by id, in the order of time and, at the same time, of ids: the same order everywhere. */
export function merged(/** @type {ChatMessage[]} */ known, /** @type {ChatMessage[]} */ incoming) {
  const byId = new Map(known.map((m) => [m.id, m]));
  for (const message of incoming) byId.set(message.id, { ...byId.get(message.id), ...message });
  return [...byId.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

/** The newest message of the other side. */
export const newestOfTheirs = (/** @type {ChatMessage[]} */ messages) => messages.findLast((m) => m.by !== "you");

/** Whether a person answers: then typing and reading mean something to somebody. */
export function personAnswers(/** @type {ChatMessage[]} */ messages) {
  const theirs = newestOfTheirs(messages);
  return Boolean(theirs && (theirs.by === "agent" || theirs.waits));
}

/** Where the browser is, so that opening hours are told in its time. */
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export class Chat {
  constructor(/** @type {Language} */ language) {
    this.language = language;
    /** @type {Observable<State>} */
    this.source = observable({
      messages: [], older: "", outbox: stored(keptInTab, OUTBOX, []), link: "connecting", loaded: false, trouble: "", waitUntil: 0, typing: false,
      open: true, seen: stored(local, SEEN, 0), account: null, visitor: "",
    });
    this.cursor = 0;
    this.asked = ""; // the place before which messages are on their way
    this.caughtUp = false;
    this.started = false;
    this.typedAt = 0;
    /** @type {Timers[string]} */
    this.patience = undefined;
    /** @type {string | null} */
    this.inFlight = null; // one at a time, so that the order written is the order stored
    this.questions = new Questions({ send: (frame) => this.#send(frame), visitor: () => this.#state.visitor });
    /** @type {Map<string, { url: string, until: number }>} */
    this.addresses = new Map(); // signed addresses of files
    /** @type {Timers} */
    this.timers = {};
    this.session = new Session({
      onVisitor: (session) => this.#become(session),
      onTrouble: (trouble) => this.source.set({ trouble }),
      onRefused: () => this.#signedOut(),
    });
    this.socket = new LiveSocket({
      address: () => this.session.address(),
      onOpen: () => this.#opened(),
      onFrame: (frame) => this.#read(frame),
      onState: (link) => this.#linked(link),
    });
  }

  start() {
    addEventListener("storage", (event) => event.key === KEY && this.session.isOutdated() && this.#anew());
    this.started = true;
    this.socket.start();
  }

  send(/** @type {string} */ text, /** @type {FileEntry[]} */ attachments = []) {
    const files = attachments.length ? { attachments } : {};
    this.#outbox([...this.#state.outbox, { id: newId(), text, ...files, at: Date.now(), tries: 0, failed: "" }]);
    this.#pump();
  }

  retry(/** @type {string} */ id) {
    this.#change(id, { tries: 0, failed: "" });
    this.#pump();
  }

  /** Takes a message that was not sent out of the line; gives its text back. */
  withdraw(/** @type {string} */ id) {
    const text = this.#state.outbox.find((m) => m.id === id)?.text ?? "";
    this.#outbox(this.#state.outbox.filter((m) => m.id !== id));
    return text;
  }

  /** The host site says who this is. */
  identify(/** @type {string} */ jwt) {
    if (!this.session.identify(jwt) || !this.started) return;
    this.source.set({ trouble: "" });
    this.#anew();
  }

  /** Forgets everything about this visitor, and connects no more. */
  reset() {
    for (const key of [OUTBOX, DRAFT]) store(keptInTab, key, null);
    for (const key of [SEEN, REACH]) store(local, key, null);
    this.session.forget();
    this.socket.stop();
    this.source.set({ messages: [], older: "", outbox: [], loaded: false, seen: 0, account: null, visitor: "" });
  }

  /** The widget's panel was opened or closed: only what is open is seen. */
  opened(/** @type {boolean} */ open) {
    this.source.set({ open });
  }

  /** The visitor has seen everything up to this time. */
  seen(/** @type {number} */ at) {
    if (at <= this.#state.seen) return;
    this.source.set({ seen: at });
    store(local, SEEN, at);
    if (newestOfTheirs(this.#state.messages)?.by !== "agent") return; // a bot does not care
    this.timers.read ??= setTimeout(() => {
      this.timers.read = undefined;
      this.#send({ action: "read", at: this.#state.seen });
    }, READ_EVERY);
  }

  /** The visitor is typing; told at most every few seconds, and only to a person. */
  types() {
    const now = Date.now();
    if (now - this.typedAt < TYPING_EVERY || !personAnswers(this.#state.messages)) return;
    this.typedAt = now;
    this.#send({ action: "typing" });
  }

  /** Sends a frame and promises the answer to it; rejects with an error's `code` (and `retry_after`).
   * @type {Questions["ask"]}
   */
  ask = (frame) => this.questions.ask(frame);

  /** A signed address of a file. */
  async address(/** @type {string} */ message, /** @type {string} */ sha256) {
    const key = `${message}/${sha256}`;
    const known = this.addresses.get(key);
    if (known && known.until > Date.now()) return known.url;
    const { url } = await this.ask({ action: "file", message, sha256 });
    this.addresses.set(key, { url, until: Date.now() + URL_LASTS });
    return url;
  }

  get #state() {
    return this.source.get();
  }

  #anew() {
    this.session.current = null;
    if (this.socket.stopped) this.socket.resume();
    else this.socket.reconnect();
  }

  /** Only the host site can say again who this is. */
  #signedOut() {
    this.socket.stop();
    this.source.set({ trouble: "signed_out" });
  }

  #become(/** @type {VisitorSession} */ session) {
    const known = this.#state.visitor;
    if (known && known !== session.visitor) {
      this.cursor = 0;
      this.source.set({ messages: [], older: "", loaded: false });
    }
    const account = this.session.jwt ? { name: session.name, proven: session.proven } : null;
    this.source.set({ visitor: session.visitor, account });
  }

  #opened() {
    this.session.worked = true;
    this.caughtUp = false; // until the replay is through, a live message must not move the cursor past a gap
    this.inFlight = null;
    this.asked = "";
    this.source.set({ waitUntil: 0 });
    this.#replay();
    this.questions.again();
    clearTimeout(this.timers.settled);
    this.timers.settled = setTimeout(() => this.#replay(), SETTLED);
    this.#pump();
  }

  #replay() {
    this.#send({ action: "replay", after: this.cursor });
  }

  /** What was said before the first message that is known; once, until it is here or the line was lost. */
  older = () => {
    const { older } = this.#state;
    if (older && older !== this.asked && this.#send({ action: "replay", before: older })) this.asked = older;
  };

  #linked(/** @type {string} */ link) {
    if (link !== "open") {
      this.inFlight = null;
      clearTimeout(this.patience);
      clearTimeout(this.timers.settled);
      if (this.socket.stopped) this.questions.end();
      this.source.set({ typing: false });
    }
    this.source.set(link === "open" ? { link, trouble: "" } : { link });
  }

  #read(/** @type {Frame} */ frame) {
    switch (frame.type) {
      case "stored": return this.#stored(frame);
      case "message": return this.#take([frame.message]);
      case "messages": return this.#replayed(frame);
      case "typing": return this.#typing();
      case "error": return this.#refused(frame);
      default: if (frame.id) this.questions.answer(frame.id, frame);
    }
  }

  #stored(/** @type {{ id: string, at: number }} */ { id, at }) {
    const sent = this.#state.outbox.find((m) => m.id === id);
    if (sent) {
      const files = sent.attachments ? { attachments: sent.attachments.map((entry) => ({ ...entry, fate: "stored" })) } : {};
      this.#take([{ id, at, text: sent.text, ...files, direction: "incoming", by: "you", state: "received" }]);
    }
    this.#next(id);
  }

  /** `older`: of the last messages and of those before a place; not of what is new. */
  #replayed(/** @type {{ messages: ChatMessage[], cursor: number, more: boolean, older?: string }} */ { messages, cursor, more, older }) {
    this.#take(messages);
    this.cursor = Math.max(this.cursor, cursor);
    if (more) return; // the rest comes by itself
    if (older !== undefined) this.source.set({ older });
    this.caughtUp = true;
    this.source.set({ loaded: true });
  }

  /** Merges; what the service has is not to be sent any more. */
  #take(/** @type {ChatMessage[]} */ messages) {
    const ids = new Set(messages.map((m) => m.id));
    const outbox = this.#state.outbox.filter((m) => !ids.has(m.id));
    if (outbox.length < this.#state.outbox.length) this.#outbox(outbox);
    const typing = this.#state.typing && !messages.some((m) => m.by === "agent");
    this.source.set({ messages: merged(this.#state.messages, messages), typing });
    if (this.caughtUp) this.cursor = Math.max(this.cursor, ...messages.map((m) => m.at));
    if (this.inFlight && ids.has(this.inFlight)) this.#next(this.inFlight);
  }

  #typing() {
    this.source.set({ typing: true });
    clearTimeout(this.timers.typing);
    this.timers.typing = setTimeout(() => this.source.set({ typing: false }), TYPING_LASTS);
  }

  #refused(/** @type {ErrorFrame} */ frame) {
    const { id, action, code, retry_after: wait = 5 } = frame;
    if (code === "not_authenticated") return this.#renewLater();
    if (this.questions.answer(id, null, frame)) return;
    if (code === "too_many" && action === "replay") return setTimeout(() => this.#replay(), wait * 1000);
    if (["typing", "read", "replay"].includes(action ?? "")) return;
    if (!id || id !== this.inFlight) return this.source.set({ trouble: code });
    if (code === "too_many") return this.#wait(id, wait);
    if (FINAL.includes(code)) {
      this.#change(id, { failed: code });
      return this.#next(id);
    }
    return this.#again(id, code);
  }

  #renewLater() {
    this.session.worked = false;
    this.socket.later();
  }

  /** Too fast: everything is kept, and goes on by itself after so many seconds. */
  #wait(/** @type {string} */ id, /** @type {number} */ seconds) {
    this.source.set({ waitUntil: Date.now() + seconds * 1000 });
    clearTimeout(this.patience);
    this.patience = setTimeout(() => {
      this.source.set({ waitUntil: 0 });
      this.#next(id);
    }, seconds * 1000);
  }

  /** Sends it again, a few times, each a little later; then a person decides. */
  #again(/** @type {string} */ id, /** @type {string} */ code) {
    const { tries = 0 } = this.#state.outbox.find((m) => m.id === id) ?? {};
    const failed = tries + 1 >= TRIES ? code : "";
    this.#change(id, { tries: tries + 1, failed });
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.#next(id), failed ? 0 : 1000 * 2 ** tries);
  }

  #next(/** @type {string} */ id) {
    if (this.inFlight !== id) return;
    clearTimeout(this.patience);
    this.inFlight = null;
    this.#pump();
  }

  #pump() {
    const next = this.#state.outbox.find((m) => !m.failed);
    if (this.inFlight || !next) return;
    const { id, text, attachments } = next;
    if (!this.#send({ action: "message", id, text, attachments, language: this.language, zone: ZONE, name: this.#state.account?.name })) return;
    this.inFlight = id;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.#again(id, "unavailable"), ANSWER_WITHIN);
  }

  #send(/** @type {SentFrame} */ frame) {
    return this.socket.send({ ...frame, token: this.session.token });
  }

  #change(/** @type {string} */ id, /** @type {Partial<Unsent>} */ change) {
    this.#outbox(this.#state.outbox.map((m) => (m.id === id ? { ...m, ...change } : m)));
  }

  #outbox(/** @type {Unsent[]} */ outbox) {
    store(keptInTab, OUTBOX, outbox.length ? outbox : null);
    this.source.set({ outbox });
  }
}
