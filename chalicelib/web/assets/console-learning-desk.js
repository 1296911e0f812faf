// Where people look over what the bot does and learns: reviews for everybody, gaps and reports for supervisors.
import { html, useState } from "./common.js";
import { Gaps } from "./console-learning-gaps.js";
import { Lessons } from "./console-learning-reports.js";
import { Reviews } from "./console-learning-reviews.js";
import { Dialog } from "./console-parts.js";

const PAGES = { reviews: Reviews, gaps: Gaps, lessons: Lessons };

export function Learning({ store, state, words, language, onClose }) {
  const [page, setPage] = useState("reviews");
  const names = state.agent.role === "agent" ? ["reviews"] : Object.keys(PAGES);
  return html`
    <${Dialog} title=${words.learning.title} wide words=${words} onClose=${onClose}>
      ${names.length > 1 && html`<nav class="pages" aria-label=${words.learning.title}>${names.map((name) => html`<button type="button" class="chip" aria-pressed=${name === page} onClick=${() => setPage(name)}>${words.learning.pages[name]}</button> `)}</nav>`}
      <${PAGES[page]} key=${page} store=${store} words=${words} language=${language} />
    <//>`;
}
