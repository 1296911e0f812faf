// Replies and notes on their way: kept in this tab, sent one after the other, each with an id of its own, so that again is never twice.
/** @import { Observable } from "../shared/types.d.ts" */
/** @import { FileEntry, Message, Note } from "../shared/wire.d.ts" */
/** @import { Entry, State } from "./types.d.ts" */
import { newId, store, stored } from "../shared/common.js";
import { PLACE } from "./drafts.js";

const OUTBOX = `${PLACE}:outbox`;
const TRIES = 4;
const PASSING = ["unavailable", "unreachable", "too_many", "conflict"]; // the same call may succeed later; ids make it safe

/** What is left of an earlier page in this tab.
 * @returns {Entry[]}
 */
export const kept = () => stored(sessionStorage, OUTBOX, []);

/** @typedef {{ api: import("./api.js").Api, source: Observable<State>, onStored: (entry: Entry, item: Message & Note) => void, onRefused: (conversation: string) => void }} Parts */

export class Outbox {
  /** `onStored` hears what the service has; `onRefused` that a conversation may have changed hands. */
  constructor(/** @type {Parts} */ { api, source, onStored, onRefused }) {
    this.api = api;
    this.source = source;
    this.onStored = onStored;
    this.onRefused = onRefused;
    /** @type {Set<string>} */
    this.sending = new Set(); // conversations with a reply or note on its way
  }

  get #entries() {
    return this.source.get().outbox;
  }

  /** Puts a reply or note into the line; it is sent with an id of its own until the service has it. */
  say(/** @type {string} */ conversation, /** @type {Entry["kind"]} */ kind, /** @type {string} */ text, /** @type {FileEntry[]} */ attachments = []) {
    this.keep([...this.#entries, { id: newId(), conversation, kind, text, attachments, at: Date.now(), tries: 0, failed: "" }]);
    this.send(conversation);
  }

  retry(/** @type {string} */ id) {
    const entry = this.#change(id, { tries: 0, failed: "" });
    if (entry) this.send(entry.conversation);
  }

  /** Takes an unsent entry back; gives it. */
  withdraw(/** @type {string} */ id) {
    const entry = this.#entries.find((e) => e.id === id);
    this.keep(this.#entries.filter((e) => e.id !== id));
    return entry;
  }

  /** Sends the first of a conversation that was not refused, and then the next. */
  async send(/** @type {string} */ conversation) {
    const entry = this.#entries.find((e) => e.conversation === conversation && !e.failed);
    if (!entry || this.sending.has(conversation) || this.source.get().stage !== "ready") return;
    this.sending.add(conversation);
    const path = `conversations/${encodeURIComponent(conversation)}/${entry.kind === "note" ? "notes" : "replies"}`;
    try {
      const files = !!entry.attachments?.length && { attachments: entry.attachments };
      const item = await this.api.post(path, { id: entry.id, text: entry.text, ...files });
      this.onStored(entry, item); // shown there before it goes here
      this.keep(this.#entries.filter((e) => e.id !== entry.id));
    } catch (error) {
      await this.#unsent(entry, error.code);
    } finally {
      this.sending.delete(conversation);
    }
    this.send(conversation);
  }

  async #unsent(/** @type {Entry} */ entry, /** @type {string} */ code) {
    const tries = entry.tries + 1;
    const over = !PASSING.includes(code) || tries >= TRIES;
    this.#change(entry.id, { tries, failed: over ? code : "" });
    if (over) this.onRefused(entry.conversation);
    else await new Promise((go) => setTimeout(go, 700 * 2 ** tries * (0.5 + Math.random())));
  }

  #change(/** @type {string} */ id, /** @type {Partial<Entry>} */ change) {
    this.keep(this.#entries.map((e) => (e.id === id ? { ...e, ...change } : e)));
    return this.#entries.find((e) => e.id === id);
  }

  /** The whole line, as it is from now on. */
  keep(/** @type {Entry[]} */ outbox) {
    store(sessionStorage, OUTBOX, outbox.length ? outbox : null);
    this.source.set({ outbox });
  }
}
