// The agents' console: sign-in, then lists beside one conversation. All state is in store.js.
/** @import { Conversation, Identity, Language } from "../shared/wire.d.ts" */
/** @import { Actions, ApiError, Ask, English, Props, Somebody, State, Tell, Wording } from "./types.d.ts" */
import { businessName, chooseLanguage, chosenLanguage, html, LanguageSwitch, place, render, showLanguage, useEffect, useObservable, useRef, useState } from "../shared/common.js";
import { Console } from "./store.js";
import { isUnread } from "./stories.js";
import { draftOf } from "./drafts.js";
import { Lists } from "./list.js";
import { Story } from "./story/story.js";
import { Merge, Split } from "./story/customer.js";
import { WholeMail } from "./story/mail.js";
import { Reports, Shortcuts, Transfer } from "./dialogs.js";
import { Better, isLearnable, Resolve } from "./learning/learning.js";
import { Knowledge } from "./knowledge/knowledge.js";
import { Learning } from "./learning/desk.js";
import { errorText } from "./parts.js";
import { SignIn } from "./sign-in.js";
import { WORDS } from "./words/words.js";

const QUIET = 3_000; // so long a lost connection is not worth a banner
const NOTICE = 6_000;

const store = new Console();

function App() {
  const state = useObservable(store.source);
  const [language, setLanguage] = useState(chosenLanguage);
  /** @type {Wording} */
  const words = WORDS[language];
  const choose = (/** @type {Language} */ chosen) => {
    chooseLanguage(chosen);
    setLanguage(chosen);
  };
  if (state.stage === "starting") return html`<p class="nothing" role="status">${words.starting}</p>`;
  if (state.stage !== "ready") return html`<${SignIn} store=${store} state=${state} words=${words} language=${language} onChoose=${choose} />`;
  return html`<${Desk} state=${state} words=${words} language=${language} onChoose=${choose} />`;
}

function Desk(/** @type {Props & { onChoose: (language: Language) => void }} */ { state, words, language, onChoose }) {
  const [dialog, setDialog] = useState(/** @type {{ name: string, about?: object }} */ ({ name: "" }));
  const [notice, tell] = useNotice();
  /** @type {Ask} */
  const ask = (name, about) => setDialog({ name, about });
  const actions = useActions(state, words, tell, ask);
  useRoute();
  useTitle(state, words);
  useShortcuts(state, actions, ask, dialog.name);
  const close = () => ask("");
  const done = (/** @type {keyof English["done"]} */ what) => () => {
    close();
    tell(words.done[what]);
    if (what === "transfer") location.hash = "#/";
  };
  return html`
    <div class=${state.open ? "desk reading" : "desk"}>
      <${Top} state=${state} words=${words} language=${language} onChoose=${onChoose} onDialog=${ask} />
      <main>
        <h1 class="sr">${words.console}</h1>
        <nav class="lists" aria-label=${words.lists}>
          <${Lists} store=${store} state=${state} words=${words} onClaim=${actions.claim} claiming=${actions.claiming} />
        </nav>
        <section class="place" aria-label=${words.timeline}>
          <${Story} store=${store} state=${state} words=${words} language=${language} actions=${actions} />
        </section>
      </main>
    </div>
    <div class="notices">
      <${Live} link=${state.link} words=${words} />
      <p class=${notice.text ? `notice ${notice.bad ? "wrong" : ""}` : "sr"} role="status">${notice.text}</p>
    </div>
    ${dialog.name === "transfer" && html`<${Transfer} store=${store} state=${state} words=${words} onClose=${close} onDone=${done("transfer")} />`}
    ${dialog.name === "reports" && html`<${Reports} store=${store} words=${words} language=${language} onClose=${close} />`}
    ${dialog.name === "whole" && html`<${WholeMail} store=${store} whole=${dialog.about} words=${words} language=${language} onClose=${close} />`}
    ${dialog.name === "merge" && html`<${Merge} store=${store} ...${dialog.about} words=${words} onClose=${close} onDone=${done("merge")} />`}
    ${dialog.name === "split" && html`<${Split} store=${store} ...${dialog.about} words=${words} onClose=${close} onDone=${done("split")} />`}
    ${dialog.name === "resolve" && html`<${Resolve} store=${store} state=${state} words=${words} language=${language} onClose=${close} onDone=${done("resolve")} />`}
    ${dialog.name === "better" && html`<${Better} store=${store} ...${dialog.about} words=${words} language=${language} onClose=${close} onDone=${done("better")} />`}
    ${dialog.name === "learning" && html`<${Learning} store=${store} state=${state} words=${words} language=${language} onClose=${close} />`}
    ${dialog.name === "knowledge" && html`<${Knowledge} store=${store} words=${words} language=${language} onClose=${close} />`}
    ${dialog.name === "shortcuts" && html`<${Shortcuts} words=${words} onClose=${close} />`}`;
}

const Top = (/** @type {Props & { onChoose: (language: Language) => void, onDialog: Ask }} */ { state, words, language, onChoose, onDialog }) => html`
  <header class="top">
    <span class="mark" aria-hidden="true">${[...businessName()][0]}</span>
    <p class="top-who"><b>${businessName()}</b><bdi>${state.agent.name}</bdi></p>
    ${state.agent.role !== "agent" && html`<button type="button" class="quiet" onClick=${() => onDialog("reports")}>${words.reports}</button>
      <button type="button" class="quiet" onClick=${() => onDialog("knowledge")}>${words.knowledge.title}</button>`}
    <button type="button" class="quiet" onClick=${() => onDialog("learning")}>${words.learning.title}</button>
    <button type="button" class="quiet help" aria-label=${words.shortcuts} title=${words.shortcuts} aria-keyshortcuts="Alt+H" onClick=${() => onDialog("shortcuts")}>?</button>
    <${LanguageSwitch} language=${language} onChoose=${onChoose} />
    <button type="button" class="quiet" onClick=${() => store.signOut()}>${words.signOut}</button>
  </header>`;

function Live(/** @type {Props & { link: string }} */ { link, words }) {
  const [late, setLate] = useState(false);
  const cut = link !== "open";
  useEffect(() => {
    if (!cut) return setLate(false);
    const timer = setTimeout(() => setLate(true), QUIET);
    return () => clearTimeout(timer);
  }, [cut]);
  const text = link === "offline" ? words.offline : cut && late ? words.notLive : "";
  return html`<p class=${text ? "notice warm" : "sr"} role="status">${text}</p>`;
}

function useNotice() {
  const [notice, setNotice] = useState(/** @type {{ text: string, bad?: boolean }} */ ({ text: "" }));
  const timer = useRef(0);
  const tell = (/** @type {string} */ text, bad = false) => {
    clearTimeout(timer.current);
    setNotice({ text, bad });
    timer.current = setTimeout(() => setNotice({ text: "" }), NOTICE);
  };
  return /** @type {const} */ ([notice, tell]);
}

function useActions(/** @type {State} */ state, /** @type {Wording} */ words, /** @type {Tell} */ tell, /** @type {Ask} */ ask) {
  const [claiming, setClaiming] = useState(false);
  const attempt = (/** @type {() => Promise<unknown>} */ act) => act().catch((/** @type {ApiError} */ error) => tell(errorText(error.code, words), true));
  const isFree = () => {
    const draft = draftOf(state.open);
    return !(draft.text.trim() || draft.files.length) || confirm(words.draftLost);
  };
  const finish = (/** @type {"resolve" | "hand-back"} */ action) => {
    if (!isFree()) return;
    if (action === "resolve" && isLearnable(state.stories[state.open])) return ask("resolve");
    attempt(async () => {
      await store.act(state.open, action);
      tell(words.done[action]);
    });
  };
  const claim = async () => {
    setClaiming(true);
    await attempt(async () => {
      const claimed = await store.claim();
      if (claimed) location.hash = `#/c/${encodeURIComponent(claimed.id)}`;
      else tell(words.claimNone);
    });
    setClaiming(false);
  };
  return {
    claim,
    claiming,
    setTier: (/** @type {Conversation["tier"]} */ tier) => attempt(() => store.act(state.open, "customer", { tier })),
    resolve: () => finish("resolve"),
    handBack: () => finish("hand-back"),
    transfer: () => ask("transfer"),
    better: (/** @type {string} */ conversation, /** @type {string} */ message) => ask("better", { conversation, message }),
    whole: (/** @type {string} */ conversation, /** @type {string} */ message) => ask("whole", { conversation, message }),
    merge: (/** @type {Conversation} */ c, /** @type {Somebody | null} */ found) => ask("merge", { c, found }),
    split: (/** @type {string} */ customer, /** @type {Identity} */ identity) => ask("split", { customer, identity }),
  };
}

/** The conversation in the address is the open one, so that reload and the back button work. */
function useRoute() {
  useEffect(() => {
    const follow = () => store.open(decodeURIComponent(location.hash.match(/^#\/c\/(.+)$/)?.[1] ?? ""));
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
}

function useTitle(/** @type {State} */ state, /** @type {Wording} */ words) {
  useEffect(() => {
    document.title = words.title(state.mine.filter((c) => isUnread(c, state)).length);
  });
}

/** Alt with the key's place on the keyboard, so that layouts and input methods do not matter. */
function useShortcuts(/** @type {State} */ state, /** @type {Actions} */ actions, /** @type {Ask} */ ask, /** @type {string} */ dialog) {
  useEffect(() => {
    const mine = state.stories[state.open]?.conversation.agent === state.agent.id && state.stories[state.open]?.conversation.owner === "agent";
    const write = (/** @type {string} */ mode) => dispatchEvent(new CustomEvent("write", { detail: mode }));
    /** @type {Record<string, (() => unknown) | undefined>} */
    const keys = {
      KeyN: actions.claim,
      KeyR: () => mine && write("reply"),
      KeyM: () => state.open && write("note"),
      KeyT: () => mine && actions.transfer(),
      KeyS: () => mine && actions.resolve(),
      KeyH: () => ask("shortcuts"),
      ArrowUp: () => step(state, -1),
      ArrowDown: () => step(state, 1),
    };
    const pressed = (/** @type {KeyboardEvent} */ event) => {
      if (dialog) return;
      if (event.key === "Escape" && !event.isComposing) location.hash = "#/";
      const act = keys[event.code];
      if (!event.altKey || event.ctrlKey || event.metaKey || !act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

function step(/** @type {State} */ { mine, open }, /** @type {number} */ by) {
  if (!mine.length) return;
  const here = mine.findIndex((c) => c.id === open);
  const next = mine[(Math.max(here, by > 0 ? -1 : 0) + by + mine.length) % mine.length];
  location.hash = `#/c/${encodeURIComponent(next.id)}`;
}

showLanguage(chosenLanguage());
render(html`<${App} />`, place("app"));
store.resume();
