// What follows from a conversation as far as it is read.
/** @import { Conversation } from "../shared/wire.d.ts" */
/** @import { Entry, State, Story } from "./types.d.ts" */
/** By id, the newer one wins, in the order of time.
 * @template {{ id: string, at: number }} T
 */
export function merged(/** @type {T[]} */ known, /** @type {T[]} */ incoming) {
  const byId = new Map([...known, ...incoming].map((item) => [item.id, item]));
  return [...byId.values()].sort((a, b) => a.at - b.at);
}

/** A reply's stored id ends with the id that its writer chose; a note's is the same. */
export const isStored = (/** @type {Entry} */ entry, /** @type {Story} */ story) =>
  story.notes.some((n) => n.id === entry.id) || story.messages.some((m) => m.id === entry.id || m.id.endsWith(`+${entry.id}`));

/** When the customer last wrote, as far as is known: lists tell only since when an answer is owed. */
export function lastHeard(/** @type {Conversation} */ c, /** @type {Pick<Story, "messages"> | undefined} */ story) {
  const incoming = story?.messages.filter((m) => m.direction === "incoming").map((m) => m.at) ?? [];
  return Math.max(c.waiting_since, ...incoming);
}

export const isUnread = (/** @type {Conversation} */ c, /** @type {Pick<State, "seen" | "stories">} */ { seen, stories }) =>
  c.waiting_since > 0 && lastHeard(c, stories[c.id]) > (seen[c.id] ?? 0);
