// Questions that keep coming and that no article answers: a supervisor writes the article, says which one it is, or rejects.
/** @import { On } from "../../shared/types.d.ts" */
/** @import { Gap } from "./wire.d.ts" */
/** @import { Props } from "../types.d.ts" */
import { fieldsOf, html, Time, useEffect, useState } from "../../shared/common.js";
import { Chooser } from "./learning.js";
import { errorText } from "../parts.js";

const LANGUAGES = { en: "English", zh: "简体中文", "zh-Hant": "繁體中文" };
const STATES = ["open", "approved", "assigned", "rejected"];

/** An article's id out of its title, where that has letters that an id may have. */
const idOf = (/** @type {Gap} */ gap) => gap.title.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 48) || `gap-${gap.id}`;

export function Gaps(/** @type {Props} */ { store, words, language }) {
  const [read, setRead] = useState(/** @type {{ gaps: Gap[] } | null} */ (null));
  const [shown, setShown] = useState("open");
  const [failed, setFailed] = useState("");
  const [note, setNote] = useState("");
  const load = () => store.api.get(`gaps?state=${shown}`).then(setRead, (error) => setFailed(error.code));
  useEffect(() => void load(), [shown]);
  const act = async (/** @type {string} */ told, /** @type {string} */ method, /** @type {string} */ path, /** @type {object} */ body) => {
    setFailed("");
    try {
      await store.api.call(method, path, body);
      setNote(told);
      await load();
    } catch (error) {
      setFailed(error.code);
    }
  };
  return html`
    <p>${words.learning.gapsWhy}</p>
    <label class="shown">${words.learning.shown}<select value=${shown} onChange=${(/** @type {On} */ e) => setShown(e.target.value)}>${STATES.map((s) => html`<option value=${s}>${words.learning.states[s]}</option>`)}</select></label>
    <p role="status">${note}</p>
    ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
    ${read && (read.gaps.length
      ? html`<ul class="lessons">${read.gaps.map((g) => html`<${Gap} key=${g.id + g.version} g=${g} store=${store} words=${words} language=${language} act=${act} />`)}</ul>`
      : html`<p class="empty">${words.learning.gapsNone}</p>`)}`;
}

/**
 * @param {Props & { g: Gap, act: (told: string, method: string, path: string, body: object) => Promise<void> }} props
 */
function Gap({ g, store, words, language, act }) {
  const path = `gaps/${encodeURIComponent(g.id)}`;
  const [article, setArticle] = useState("");
  const [assigning, setAssigning] = useState(false);
  const form = (/** @type {On<HTMLElement>} */ event) => /** @type {HTMLFormElement} */ (event.target.closest("form"));
  const draft = (/** @type {On<HTMLElement>} */ event) => {
    const { title, body, language: own } = fieldsOf(form(event));
    return { title, body, language: own };
  };
  const examples = (/** @type {On<HTMLElement>} */ event) => new FormData(form(event)).getAll("example");
  const save = (/** @type {On<HTMLElement>} */ event) => act(words.learning.saved, "PUT", path, draft(event));
  const approve = (/** @type {On<HTMLElement>} */ event) => {
    event.preventDefault();
    act(words.learning.approved, "POST", `${path}/approve`, { article: { ...draft(event), id: fieldsOf(form(event)).id }, examples: examples(event) });
  };
  const assign = (/** @type {On<HTMLElement>} */ event) => act(words.learning.assigned, "POST", `${path}/assign`, { article, examples: examples(event) });
  return html`
    <li class="lesson">
      <details>
        <summary><bdi>${g.title || g.samples[0]?.text}</bdi> <span class="count some">${words.learning.times(g.count)}</span></summary>
        <p class="card-age">${words.learning.last} <${Time} at=${g.last_at} language=${language} />${g.article && ` · ${words.article}: ${g.article}`}</p>
        <form onSubmit=${approve}>
          <fieldset class="samples"><legend>${words.learning.asExamples}</legend>
            ${g.samples.map((s) => html`<label class="choice"><input type="checkbox" name="example" value=${s.text} checked /> <bdi>${s.text}</bdi></label>`)}
          </fieldset>
          ${g.replies.length > 0 && html`<details><summary>${words.learning.replies(g.replies.length)}</summary>${g.replies.map((r) => html`<blockquote><bdi>${r}</bdi></blockquote>`)}</details>`}
          ${g.state === "open" && html`
            <div class="pair">
              <label>${words.learning.articleId}<input name="id" required pattern="[a-z0-9][a-z0-9\\-]{0,63}" value=${idOf(g)} /></label>
              <label>${words.language}<select name="language">${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} selected=${code === (g.language || "en")}>${name}</option>`)}</select></label>
            </div>
            <label>${words.learning.articleTitle}<input name="title" required maxlength="200" value=${g.title} /></label>
            <label>${words.learning.articleBody}<textarea name="body" rows="6" required maxlength="20000">${g.body}</textarea></label>
            ${assigning && html`<${Chooser} store=${store} conversation=${g.samples.at(-1)?.conversation} words=${words} language=${language} chosen=${article} onChoose=${setArticle} />`}
            <div class="send-line">
              <button type="button" class="quiet" onClick=${() => act(words.learning.rejected, "POST", `${path}/reject`, {})}>${words.learning.reject}</button>
              ${assigning
                ? html`<button type="button" class="quiet" disabled=${!article} onClick=${assign}>${words.learning.assignDo}</button>`
                : html`<button type="button" class="quiet" onClick=${() => setAssigning(true)}>${words.learning.assign}</button>`}
              <button type="button" class="quiet" onClick=${save}>${words.learning.saveDraft}</button>
              <button class="primary">${words.learning.approve}</button>
            </div>`}
        </form>
      </details>
    </li>`;
}
