// Who waits in a queue, page by page; and how many, in words. Pure.
/** @import { Conversation, ConversationsPage } from "../shared/wire.d.ts" */
/** @import { Sort, Waiting } from "./types.d.ts" */

/** The first page, read anew, and what was read behind it before: as far as the two join, else pages between them are missing.
 * @returns {Waiting}
 */
export function refreshed(/** @type {Waiting | undefined} */ before, /** @type {ConversationsPage} */ page, /** @type {Sort} */ sort) {
  const last = page.conversations.at(-1);
  const joins = before?.sort === sort && !!page.cursor && !!last && before.conversations.some((c) => c.id === last.id);
  const behind = joins ? before.conversations.filter((c) => isBehind(c, last, sort)) : [];
  return { sort, conversations: [...kept(before, page.conversations), ...behind], cursor: behind.length ? before?.cursor ?? "" : page.cursor };
}

/** What did not change stays the same object: then nothing of it is drawn again. */
function kept(/** @type {Waiting | undefined} */ before, /** @type {Conversation[]} */ read) {
  const known = new Map(before?.conversations.map((c) => [c.id, c]));
  return read.map((c) => {
    const old = known.get(c.id);
    return old && JSON.stringify(old) === JSON.stringify(c) ? old : c;
  });
}

/** With the next page.
 * @returns {Waiting}
 */
export function extended(/** @type {Waiting} */ before, /** @type {ConversationsPage} */ page) {
  const known = new Set(before.conversations.map((c) => c.id));
  return { ...before, conversations: [...before.conversations, ...page.conversations.filter((c) => !known.has(c.id))], cursor: page.cursor };
}

/** The urgent ones come first, then whoever waits longest, or came last. */
function isBehind(/** @type {Conversation} */ c, /** @type {Conversation} */ last, /** @type {Sort} */ sort) {
  if (c.urgency !== last.urgency) return last.urgency === "urgent";
  return sort === "oldest" ? c.waiting_since > last.waiting_since : c.waiting_since < last.waiting_since;
}

/** "187"; of what was not counted one by one, two digits: "3,000". */
export const rounded = (/** @type {number} */ n, /** @type {boolean} */ exact) => (exact ? n : Number(n.toPrecision(2))).toLocaleString("en");
