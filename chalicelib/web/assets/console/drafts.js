// What agents have written and not sent yet, by conversation; it is kept in the tab until they sign out.
/** @import { Draft } from "./types.d.ts" */
import { store, stored } from "../shared/common.js";

export const PLACE = `baton.console:${location.pathname}`; // what begins so is forgotten when signing out

const draftKey = (/** @type {string} */ id) => `${PLACE}:draft:${id}`;
/** @returns {Draft} */
export const draftOf = (/** @type {string} */ id) => ({ files: [], ...stored(sessionStorage, draftKey(id), { mode: "reply", text: "" }) });
export const keepDraft = (/** @type {string} */ id, /** @type {Draft} */ draft) =>
  store(sessionStorage, draftKey(id), draft.text || draft.files.length || draft.mode !== "reply" ? draft : null);
