// The chat page: what the customer sees and types, alone in a tab or inside the widget. All state is in store.js.
/** @import { Language } from "../shared/wire.d.ts" */
/** @import { HostMessage, Props, State, Wording } from "./types.d.ts" */
import {
  chooseLanguage, chosenLanguage, html, LanguageSwitch, place, render, showLanguage, useEffect, useObservable, useState,
} from "../shared/common.js";
import { Chat } from "./store.js";
import { Composer, useDrop } from "./composer.js";
import { embedded, Host } from "./host.js";
import { Log } from "./log.js";
import { Mark, nameIn, wear } from "./looks.js";
import { Uploads } from "./files.js";
import { WORDS } from "./words.js";

const QUIET = 2_000; // so long a lost connection is not worth a banner

const chat = new Chat(chosenLanguage());
const uploads = new Uploads(chat.ask);
const host = new Host({
  open: () => show(true),
  close: () => show(false),
  identify: (/** @type {HostMessage} */ { jwt }) => chat.identify(String(jwt ?? "")),
  reset: clear,
});

function clear() {
  chat.reset();
  host.tell({ baton: "cleared" });
}

function show(/** @type {boolean} */ open) {
  chat.opened(open);
  if (open) document.getElementById("text")?.focus();
}

function Page() {
  const [language, setLanguage] = useState(chat.language);
  const state = useObservable(chat.source);
  /** @type {Wording} */
  const words = WORDS[language];
  const choose = (/** @type {Language} */ chosen) => {
    chooseLanguage(chosen);
    chat.language = chosen;
    setLanguage(chosen);
  };
  useUnread(state, words, nameIn(language));
  useEffect(() => void (state.trouble === "signed_out" && host.tell({ baton: "expired" })), [state.trouble]);
  const over = useDrop(uploads);
  return html`
    <${Header} words=${words} language=${language} onChoose=${choose} />
    <main class=${over ? "dropping" : ""}>
      <${Log} chat=${chat} state=${state} words=${words} language=${language} />
      <${Banner} state=${state} words=${words} />
      <${Composer} chat=${chat} uploads=${uploads} words=${words} language=${language} />
    </main>`;
}

const Header = (/** @type {Props & { onChoose: (language: Language) => void }} */ { words, language, onChoose }) => html`
  <header>
    <${Mark} language=${language} />
    <div class="who">
      <h1>${nameIn(language)}</h1>
      <p>${words.subtitle}</p>
    </div>
    <${LanguageSwitch} language=${language} onChoose=${onChoose} />
    ${host.origin && html`<button type="button" class="close" aria-label=${words.close} title=${words.close} onClick=${close}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18" /></svg>
    </button>`}
  </header>`;

const close = () => host.tell({ baton: "close" });

/** The number of messages that came while nobody looked: in the title, and on the widget's button. */
function useUnread(/** @type {State} */ { messages, seen, loaded }, /** @type {Wording} */ words, /** @type {string} */ name) {
  const unread = messages.filter((m) => m.by !== "you" && m.at > seen).length;
  useEffect(() => {
    document.title = unread > 0 ? words.unread(unread, name) : name;
    if (loaded) host.tell({ baton: "unread", count: unread, used: messages.length > 0 });
  });
}

function Banner(/** @type {Props} */ { state, words }) {
  const [late, setLate] = useState(false);
  const cut = state.link !== "open";
  useEffect(() => {
    if (!cut) return setLate(false);
    const timer = setTimeout(() => setLate(true), QUIET);
    return () => clearTimeout(timer);
  }, [cut]);
  const trouble = state.trouble && (words.trouble[state.trouble] ?? words.trouble.other);
  const waits = state.waitUntil && words.tooFast(Math.max(1, Math.ceil((state.waitUntil - Date.now()) / 1000)));
  const text = state.link === "offline" ? words.offline : trouble || waits || (cut && late ? words.connecting : "");
  return html`<p class=${text ? "banner" : "sr"} role="status">${text}</p>`;
}

addEventListener("keydown", (event) => {
  if (embedded && event.key === "Escape" && !event.isComposing) close();
});
if (embedded) document.documentElement.classList.add("embedded");
const hello = await host.greeted();
chat.language = chosenLanguage(hello?.language);
showLanguage(chat.language);
if (hello?.jwt) chat.identify(String(hello.jwt));
if (hello?.clearing) clear();
else start();

function start() {
  wear();
  chat.opened(hello?.open ?? true);
  render(html`<${Page} />`, place("app"));
  if (hello?.open) show(true);
  chat.start();
}
