// What both pages share: the view library, the reader's language, times, ids, and text that is shown as text.
export * from "./preact.js";
import { html, useLayoutEffect, useReducer, useState } from "./preact.js";

export const LANGUAGES = { en: "English", zh: "中文" };
const LOCALES = { en: "en", zh: "zh-CN" };
const LONG = 1400; // characters that are shown before "show all"
const ADDRESS = /https?:\/\/[^\s<>"'`\u3000-\u303f\uff00-\uffef“”‘’]+/gi;

/** A value with readers: `set` merges a change and tells them. */
export function observable(state) {
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

export function useObservable(source) {
  const [, redraw] = useReducer((n) => n + 1, 0);
  useLayoutEffect(() => source.subscribe(redraw), [source]);
  return source.get();
}

/** A random id that the servers accept: 22 characters of A-Za-z0-9_-. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The browser's storage, or, where a browser forbids it (in a frame on another site), the page's memory. */
function storage(name) {
  try {
    window[name].getItem("");
    return window[name];
  } catch {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text), removeItem: (key) => kept.delete(key), fleeting: true };
  }
}

export const local = storage("localStorage");
export const keptInTab = storage("sessionStorage");

/** Storage may be full, or hold what others wrote: reading gives `otherwise`, writing may be lost. */
export function stored(storage, key, otherwise = null) {
  try {
    return JSON.parse(storage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function store(storage, key, value) {
  try {
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(value));
  } catch {
    // The page works without it; only a reload forgets.
  }
}

/** The chosen language, or else the site's, or the first one that browser and page have in common. */
export function chosenLanguage(sites = "") {
  const wanted = [stored(local, "baton.language"), sites, ...(navigator.languages ?? [navigator.language])];
  const known = wanted.map((tag) => String(tag ?? "").slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES);
  return known ?? "en";
}

export function chooseLanguage(language) {
  store(local, "baton.language", language);
  showLanguage(language);
}

export function showLanguage(language) {
  document.documentElement.lang = LOCALES[language];
}

export const businessName = () => document.querySelector("meta[name=business]").content;

export const length = (text) => [...text].length; // characters as the servers count them

/** "14:03" today, "20 Nov, 14:03" before; times are Unix milliseconds. */
export function clock(at, language, now = Date.now()) {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return format(at, language, today ? time : { ...time, day: "numeric", month: "short" });
}

export function day(at, language) {
  return format(at, language, { weekday: "long", day: "numeric", month: "long" });
}

export function full(at, language) {
  return format(at, language, { dateStyle: "full", timeStyle: "medium" });
}

const formats = new Map();
function format(at, language, options) {
  const key = language + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(LOCALES[language], options));
  return formats.get(key).format(at);
}

/** The address if it is an ordinary web address, else "". */
export function webAddress(text) {
  try {
    const url = new URL(text, location.href);
    return ["http:", "https:"].includes(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

/** Splits a text into strings and {address}; what ends a sentence or closes a bracket is not part of an address. */
export function withAddresses(text) {
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

function trimmed(address) {
  let cut = address;
  for (;;) {
    const last = cut.at(-1);
    const opened = { ")": "(", "]": "[" }[last];
    const unbalanced = opened && cut.split(last).length > cut.split(opened).length;
    if (!unbalanced && !".,;:!?".includes(last)) return cut;
    cut = cut.slice(0, -1);
  }
}

export const Link = ({ to, children }) =>
  html`<a href=${webAddress(to)} target="_blank" rel="noopener noreferrer nofollow">${children ?? to}</a>`;

/** A customer's or colleague's words: text nodes and links only, whatever they contain. */
export function Words({ text, more }) {
  const [open, setOpen] = useState(false);
  const cut = !open && text.length > LONG + 200;
  const shown = cut ? text.slice(0, LONG) + "…" : text;
  return html`<div class="words" dir="auto">${withAddresses(shown).map((part) =>
    typeof part === "string" ? part : html`<${Link} to=${part.address} />`,
  )}${cut && html`<button type="button" class="plain" onClick=${() => setOpen(true)}>${more}</button>`}</div>`;
}

/** A moment, machine-readable, with the whole date on hover. */
export const Time = ({ at, language }) =>
  html`<time datetime=${new Date(at).toISOString()} title=${full(at, language)}>${clock(at, language)}</time>`;

/** Switches to the other language; labelled in that language. */
export function LanguageSwitch({ language, onChoose }) {
  const other = language === "en" ? "zh" : "en";
  return html`<button type="button" class="quiet" lang=${LOCALES[other]} onClick=${() => onChoose(other)}>
    ${LANGUAGES[other]}
  </button>`;
}
