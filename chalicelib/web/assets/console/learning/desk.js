// Where people look over what the bot does and learns: reviews for everybody, gaps and reports for supervisors.
/** @import { Props } from "../types.d.ts" */
import { html, useState } from "../../shared/common.js";
import { Gaps } from "./gaps.js";
import { Lessons } from "./reports.js";
import { Reviews } from "./reviews.js";
import { Dialog } from "../parts.js";

/** @type {Record<string, Function>} */
const PAGES = { reviews: Reviews, gaps: Gaps, lessons: Lessons };

export function Learning(/** @type {Props} */ { store, state, words, language, onClose }) {
  const [page, setPage] = useState("reviews");
  const names = state.agent.role === "agent" ? ["reviews"] : Object.keys(PAGES);
  return html`
    <${Dialog} title=${words.learning.title} wide words=${words} onClose=${onClose}>
      ${names.length > 1 && html`<nav class="pages" aria-label=${words.learning.title}>${names.map((name) => html`<button type="button" class="chip" aria-pressed=${name === page} onClick=${() => setPage(name)}>${words.learning.pages[name]}</button> `)}</nav>`}
      <${PAGES[page]} key=${page} store=${store} words=${words} language=${language} />
    <//>`;
}
