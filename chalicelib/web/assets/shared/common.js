// What both pages share: the view library, the reader's language, times, ids, and text that is shown as text.
/** @import { Kept, Observable } from "./types.d.ts" */
/** @import { Language } from "./wire.d.ts" */
export * from "../vendor/preact.js";
import { html, useLayoutEffect, useReducer, useState } from "../vendor/preact.js";

/** @type {Record<Language, string>} */
export const LANGUAGES = { en: "English", zh: "中文" };
/** @type {Record<Language, string>} */
const LOCALES = { en: "en", zh: "zh-CN" };
const LONG = 1400; // characters that are shown before "show all"
const ADDRESS = /https?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uffef“”‘’]+/gi;

/** A value with readers: `set` merges a change and tells them.
 * @template T
 * @param {T} state
 * @returns {Observable<T>}
 */
export function observable(state) {
  /** @type {Set<(nothing?: unknown) => void>} */
  const readers = new Set();
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      for (const read of readers) read();
    },
    subscribe(reader) {
      readers.add(reader);
      return () => readers.delete(reader);
    },
  };
}

/** @template T
 * @param {Observable<T>} source
 */
export function useObservable(source) {
  const [, redraw] = useReducer((/** @type {number} */ n) => n + 1, 0);
  useLayoutEffect(() => source.subscribe(redraw), [source]);
  return source.get();
}

/** A random id that the servers accept: 22 characters of A-Za-z0-9_-. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The browser's storage, or, where a browser forbids it (in a frame on another site), the page's memory.
 * @param {"localStorage" | "sessionStorage"} name
 * @returns {Kept}
 */
function storage(name) {
  try {
    window[name].getItem("");
    return window[name];
  } catch {
    /** @type {Map<string, string>} */
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text), removeItem: (key) => kept.delete(key), fleeting: true };
  }
}

export const local = storage("localStorage");
export const keptInTab = storage("sessionStorage");

/** Storage may be full, or hold what others wrote: reading gives `otherwise`, writing may be lost.
 * @param {Kept} storage
 * @param {string} key
 * @param {any} [otherwise]
 */
export function stored(storage, key, otherwise = null) {
  try {
    return JSON.parse(storage.getItem(key) ?? "null") ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** @param {Kept} storage
 * @param {string} key
 * @param {unknown} value
 */
export function store(storage, key, value) {
  try {
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(value));
  } catch {
    // The page works without it; only a reload forgets.
  }
}

/** The chosen language, or else the site's, or the first one that browser and page have in common.
 * @returns {Language}
 */
export function chosenLanguage(sites = "") {
  const wanted = [stored(local, "baton.language"), sites, ...(navigator.languages ?? [navigator.language])];
  const known = wanted.map((tag) => String(tag ?? "").slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES);
  return /** @type {Language} */ (known ?? "en");
}

export function chooseLanguage(/** @type {Language} */ language) {
  store(local, "baton.language", language);
  showLanguage(language);
}

export function showLanguage(/** @type {Language} */ language) {
  document.documentElement.lang = LOCALES[language];
}

/** Handlers of the window's events, by their names; gives what takes them away again. */
export function heard(/** @type {Record<string, (event: any) => unknown>} */ handlers) {
  for (const [name, act] of Object.entries(handlers)) addEventListener(name, act);
  return () => Object.entries(handlers).forEach(([name, act]) => removeEventListener(name, act));
}

/** An element that the page has from its beginning. */
export const place = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** What a form without files holds. */
export const fieldsOf = (/** @type {HTMLFormElement} */ form) => /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));

/** What the page's head says. */
export const told = (/** @type {string} */ name) => /** @type {HTMLMetaElement} */ (document.querySelector(`meta[name=${name}]`)).content;

export const businessName = () => told("business");

export const length = (/** @type {string} */ text) => [...text].length; // characters as the servers count them

/** "14:03" today, "20 Nov, 14:03" before; times are Unix milliseconds. */
export function clock(/** @type {number} */ at, /** @type {Language} */ language, now = Date.now()) {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return format(at, language, today ? time : { ...time, day: "numeric", month: "short" });
}

export function day(/** @type {number} */ at, /** @type {Language} */ language) {
  return format(at, language, { weekday: "long", day: "numeric", month: "long" });
}

export function full(/** @type {number} */ at, /** @type {Language} */ language) {
  return format(at, language, { dateStyle: "full", timeStyle: "medium" });
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();
function format(/** @type {number} */ at, /** @type {Language} */ language, /** @type {Intl.DateTimeFormatOptions} */ options) {
  const key = language + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(LOCALES[language], options);
  formats.set(key, known);
  return known.format(at);
}

/** The address if it is an ordinary web address, else "". */
export function webAddress(/** @type {string} */ text) {
  try {
    const url = new URL(text, location.href);
    return ["http:", "https:"].includes(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

/** Splits a text into strings and {address}; what ends a sentence or closes a bracket is not part of an address. */
export function withAddresses(/** @type {string} */ text) {
  /** @type {(string | { address: string })[]} */
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = trimmed(found[0]);
    if (!webAddress(address)) continue;
    parts.push(text.slice(end, found.index), { address });
    end = found.index + address.length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== "");
}

/** @type {Record<string, string>} */
const BRACKETS = { ")": "(", "]": "[" };

/** Up to the first bracket that closes one from before the address, and without the marks that end a sentence. */
function trimmed(/** @type {string} */ address) {
  /** @type {Record<string, number>} */
  const open = { "(": 0, "[": 0 };
  let end = 0;
  for (const sign of address) {
    if (sign in open) open[sign] += 1;
    else if (sign in BRACKETS && (open[BRACKETS[sign]] -= 1) < 0) break;
    end += sign.length;
  }
  return address.slice(0, end).replace(/[.,;:!?]+$/, "");
}

export const Link = (/** @type {{ to: string, children?: unknown }} */ { to, children }) =>
  html`<a href=${webAddress(to)} target="_blank" rel="noopener noreferrer nofollow">${children ?? to}</a>`;

/** A customer's or colleague's words: text nodes and links only, whatever they contain. `marks`: passages of them that stand out. */
export function Words(/** @type {{ text: string, more: string, marks?: string[] }} */ { text, more, marks = [] }) {
  const [open, setOpen] = useState(false);
  const cut = !open && text.length > LONG + 200;
  const shown = cut ? text.slice(0, LONG) + "…" : text;
  return html`<div class="words" dir="auto">${apart(shown, marks).map((piece, n) => n % 2
    ? html`<mark><${Linked} text=${piece} /></mark>` : html`<${Linked} text=${piece} />`,
  )}${cut && html`<button type="button" class="plain" onClick=${() => setOpen(true)}>${more}</button>`}</div>`;
}

/** The text in pieces: each second one is one of the marks, the first time that it stands there behind the one before. */
function apart(/** @type {string} */ text, /** @type {string[]} */ marks) {
  const pieces = [];
  let end = 0;
  for (const mark of marks) {
    const at = text.indexOf(mark, end);
    if (at < 0) continue;
    pieces.push(text.slice(end, at), mark);
    end = at + mark.length;
  }
  return [...pieces, text.slice(end)];
}

const Linked = (/** @type {{ text: string }} */ { text }) => html`${withAddresses(text).map((part) => (typeof part === "string" ? part : html`<${Link} to=${part.address} />`))}`;

/** A moment, machine-readable, with the whole date on hover. */
export const Time = (/** @type {{ at: number, language: Language }} */ { at, language }) =>
  html`<time datetime=${new Date(at).toISOString()} title=${full(at, language)}>${clock(at, language)}</time>`;

/** Switches to the other language; labelled in that language. */
export function LanguageSwitch(/** @type {{ language: Language, onChoose: (language: Language) => void }} */ { language, onChoose }) {
  const other = language === "en" ? "zh" : "en";
  return html`<button type="button" class="quiet" lang=${LOCALES[other]} onClick=${() => onChoose(other)}>
    ${LANGUAGES[other]}
  </button>`;
}
