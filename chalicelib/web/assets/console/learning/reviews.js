// Answers of the bot that were chosen at random: is it as often right as it should be?
/** @import { Review, Reviews } from "./wire.d.ts" */
/** @import { Props, Wording } from "../types.d.ts" */
import { html, Time, useEffect, useState, Words } from "../../shared/common.js";
import { Better, Judgements } from "./learning.js";
import { errorText } from "../parts.js";

const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(1).replace(/\.0$/, "")} %`;

export function Reviews(/** @type {Props} */ { store, words, language }) {
  const [read, setRead] = useState(/** @type {Reviews | null} */ (null));
  const [failed, setFailed] = useState("");
  const [better, setBetter] = useState(/** @type {Review | null} */ (null));
  const [note, setNote] = useState("");
  const load = () => store.api.get("reviews").then(setRead, (error) => setFailed(error.code));
  useEffect(() => void load(), []);
  const done = () => {
    setBetter(null);
    setNote(words.learning.thanks);
    return load();
  };
  const judge = (/** @type {Review} */ r, /** @type {string} */ verdict) => {
    setFailed("");
    if (verdict === "better") return setBetter(r);
    store.judge(r.conversation, r.message, { verdict, review: true }).then(done, (error) => setFailed(error.code));
  };
  return html`
    <p>${words.learning.reviewsWhy}</p>
    ${read && html`<p class="estimate">${estimate(read, words)}</p>`}
    <p class="sr" role="status">${note}</p>
    ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
    ${read && (read.reviews.length
      ? html`<ul class="lessons">${read.reviews.map((r) => html`<${Review} key=${r.id} r=${r} words=${words} language=${language} onJudge=${(/** @type {string} */ verdict) => judge(r, verdict)} />`)}</ul>`
      : html`<p class="empty">${words.learning.reviewsNone}</p>`)}
    ${better && html`<${Better} store=${store} conversation=${better.conversation} message=${better.message} review words=${words} language=${language} onClose=${() => setBetter(null)} onDone=${done} />`}`;
}

function estimate(/** @type {Reviews} */ { estimate: e, target, thresholds }, /** @type {Wording} */ words) {
  const asked = thresholds.length ? ` ${words.learning.threshold(thresholds[0].answer)}` : "";
  const found = e ? words.learning.estimate(percent(e.precision), percent(e.lower), percent(e.upper), e.reviewed) : words.learning.noEstimate;
  return `${found} ${words.learning.target(percent(target))}${asked}`;
}

const Review = (/** @type {Props & { r: Review, onJudge: (verdict: string) => void }} */ { r, words, language, onJudge }) => html`
  <li class="lesson">
    <p class="by"><b>${r.kind === "pick" ? words.learning.picked : words.learning.sample}</b> <${Time} at=${r.at} language=${language} /> <span>${words.learning.sure(percent(r.confidence))}</span></p>
    <p class="asked"><bdi>${r.question}</bdi></p>
    <blockquote><${Words} text=${r.answer} more=${words.showAll} /></blockquote>
    <p class="card-age">${words.article}: ${r.article} · <a href=${`#/c/${encodeURIComponent(r.conversation)}`}>${words.learning.story}</a></p>
    <div class="verdict" role="group" aria-label=${words.learning.verdict}><${Judgements} words=${words} onChoose=${onJudge} /></div>
  </li>`;
