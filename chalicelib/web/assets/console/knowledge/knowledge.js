// What the bot knows, for supervisors: its articles, what publishing would change, versions to go back to, lists to import.
/** @import { On } from "../../shared/types.d.ts" */
/** @import { ListedArticle } from "../learning/wire.d.ts" */
/** @import { Props, Wording } from "../types.d.ts" */
import { html, useEffect, useState } from "../../shared/common.js";
import { Article } from "./article.js";
import { Import } from "./import.js";
import { Versions } from "./versions.js";
import { Dialog, errorText } from "../parts.js";

/** @type {Record<string, Function>} */
const PAGES = { articles: Articles, versions: Versions, import: Import };
const TYPED = 300; // ms after the last key until the search is made

export function Knowledge(/** @type {Props} */ { store, words, language, onClose }) {
  const [page, setPage] = useState("articles");
  return html`
    <${Dialog} title=${words.knowledge.title} wide words=${words} onClose=${onClose}>
      <nav class="pages" aria-label=${words.knowledge.title}>${Object.keys(PAGES).map((name) => html`<button type="button" class="chip" aria-pressed=${name === page} onClick=${() => setPage(name)}>${words.knowledge.pages[name]}</button> `)}</nav>
      <${PAGES[page]} key=${page} store=${store} words=${words} language=${language} />
    <//>`;
}

function Articles(/** @type {Props} */ { store, words, language }) {
  const w = words.knowledge;
  const [found, setFound] = useState(/** @type {{ articles: ListedArticle[], more: number } | null} */ (null));
  const [wanted, setWanted] = useState("");
  const [open, setOpen] = useState(/** @type {string | null} */ (null)); // an id, "" for a new one
  const [failed, setFailed] = useState("");
  useEffect(() => {
    if (open !== null) return;
    const look = () =>
      store.api.get(`knowledge/articles?words=${encodeURIComponent(wanted)}`).then(
        (answer) => (setFound(answer), setFailed("")),
        (error) => setFailed(error.code),
      );
    const timer = setTimeout(look, found ? TYPED : 0);
    return () => clearTimeout(timer);
  }, [wanted, open]);
  if (open !== null) return html`<${Article} id=${open} store=${store} words=${words} language=${language} onBack=${() => setOpen(null)} />`;
  return html`
    <div class="find">
      <label>${w.search}<input type="search" value=${wanted} onInput=${(/** @type {On} */ e) => setWanted(e.target.value)} /></label>
      <button type="button" class="quiet strong" onClick=${() => setOpen("")}>${w.new}</button>
    </div>
    ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
    <p class="card-age" role="status">${found && w.count(found.articles.length + found.more)}</p>
    ${found && html`<ul class="cards">${found.articles.map((a) => html`<${Row} key=${a.id} a=${a} w=${w} language=${language} onOpen=${() => setOpen(a.id)} />`)}</ul>`}
    ${found && found.more > 0 && html`<p class="empty">${w.more(found.more)}</p>`}`;
}

const Row = (/** @type {Props & { a: ListedArticle, w: Wording["knowledge"], onOpen: () => void }} */ { a, w, language, onOpen }) => html`
  <li>
    <button type="button" class="card known" onClick=${onOpen}>
      <bdi class="card-subject">${a.titles[language] ?? a.title}</bdi>
      <span class="card-age">${[
        Object.keys(a.titles).map((code) => w.languages[code] ?? code).join(", "),
        a.queue,
        a.audience !== "everyone" && w.audiences[a.audience],
        a.valid_from && w.from(a.valid_from),
        a.valid_until && w.until(a.valid_until),
        w.examplesCount(a.examples),
      ].filter(Boolean).join(" · ")}</span>
    </button>
  </li>`;
