// The whole mail: headers, text and HTML as they came. The HTML lies in a frame that may do nothing at all.
/** @import { WholeMail } from "../../shared/wire.d.ts" */
/** @import { Props } from "../types.d.ts" */
import { html, told, useEffect, useState, Words } from "../../shared/common.js";
import { Attachments } from "./files.js";
import { Dialog, errorText } from "../parts.js";
import { follow } from "../../shared/files.js";

const FIRST = ["from", "to", "cc", "reply-to", "date", "subject"];
const STYLE = told("mail-style"); // the page's policy knows its hash and lets in no other
const POLICY = `default-src 'none'; img-src data: ${told("files")}; style-src 'unsafe-inline'`;

export function WholeMail(/** @type {Props & { whole: { conversation: string, message: string } }} */ { store, whole, words, language, onClose }) {
  const [mail, setMail] = useState(/** @type {WholeMail | null} */ (null));
  const [failed, setFailed] = useState("");
  const [view, setView] = useState("");
  useEffect(() => void store.wholeMail(whole.conversation, whole.message).then(setMail, (error) => setFailed(error.code)), []);
  const shown = view || (mail?.html ? "html" : "text");
  return html`
    <${Dialog} title=${words.whole.title} wide=${true} words=${words} onClose=${onClose}>
      ${failed && html`<p class="bad" role="alert">${errorText(failed, words)}</p>`}
      ${!mail && !failed && html`<p role="status">…</p>`}
      ${mail && html`
        <${Headers} headers=${mail.headers} words=${words} />
        <div class="modes">
          ${mail.html && html`<${View} is="html" now=${shown} label=${words.whole.html} onChoose=${setView} />`}
          <${View} is="text" now=${shown} label=${words.whole.text} onChoose=${setView} />
          ${mail.url && html`<button type="button" class="quiet save" onClick=${() => follow(/** @type {string} */ (mail.url))}>${words.whole.save}</button>`}
        </div>
        ${mail.locked && html`<p class="bad">${words.whole.locked[mail.locked] ?? mail.locked}</p>`}
        ${shown === "html" ? html`<${Frame} content=${mail.html} words=${words} />` : html`<div class="mail-text" tabindex="0"><${Words} text=${mail.text} more=${words.showAll} /></div>`}
        <${Attachments} m=${{ id: whole.message, attachments: mail.attachments }} conversation=${whole.conversation} store=${store} words=${words} language=${language} />`}
    <//>`;
}

/**
 * @param {{ is: string, now: string, label: string, onChoose: (view: string) => void }} props
 */
const View = ({ is, now, label, onChoose }) => html`<button type="button" class="mode" aria-pressed=${is === now} onClick=${() => onChoose(is)}>${label}</button>`;

function Headers(/** @type {Props & Pick<WholeMail, "headers">} */ { headers, words }) {
  const isFirst = (/** @type {[string, string]} */ [name]) => FIRST.includes(name.toLowerCase());
  const others = headers.filter((header) => !isFirst(header));
  const list = (/** @type {WholeMail["headers"]} */ some) => html`<dl class="mail-headers">${some.map(([name, value]) => html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`)}</dl>`;
  return html`${list(headers.filter(isFirst))}${others.length > 0 && html`<details><summary>${words.whole.headers(others.length)}</summary>${list(others)}</details>`}`;
}

/** The address of a document around a mail's HTML, with a policy of its own. */
export function framed(/** @type {string} */ content) {
  const head = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${STYLE}</style>`;
  return URL.createObjectURL(new Blob([head, content], { type: "text/html;charset=utf-8" }));
}

/** Of no origin: no scripts, no forms, no way out, nothing from elsewhere. Links stand in the text. */
function Frame(/** @type {Props & { content: string }} */ { content, words }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = framed(content);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  return html`<p class="rule">${words.whole.safe}</p>${url && html`<iframe class="mail-frame" sandbox="" src=${url} title=${words.whole.html} referrerpolicy="no-referrer"></iframe>`}`;
}
