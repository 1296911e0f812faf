// The whole mail: headers, text and HTML as they came. The HTML lies in a frame that may do nothing at all.
import { html, useEffect, useState, Words } from "./common.js";
import { Attachments } from "./console-files.js";
import { Dialog, errorText } from "./console-parts.js";
import { follow } from "./files.js";

const FIRST = ["from", "to", "cc", "reply-to", "date", "subject"];
const STYLE = document.querySelector("meta[name=mail-style]").content; // the page's policy knows its hash and lets in no other
const POLICY = `default-src 'none'; img-src data: ${document.querySelector("meta[name=files]").content}; style-src 'unsafe-inline'`;

export function WholeMail({ store, whole, words, language, onClose }) {
  const [mail, setMail] = useState(null);
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
          ${mail.url && html`<button type="button" class="quiet save" onClick=${() => follow(mail.url)}>${words.whole.save}</button>`}
        </div>
        ${mail.locked && html`<p class="bad">${words.whole.locked[mail.locked] ?? mail.locked}</p>`}
        ${shown === "html" ? html`<${Frame} content=${mail.html} words=${words} />` : html`<div class="mail-text" tabindex="0"><${Words} text=${mail.text} more=${words.showAll} /></div>`}
        <${Attachments} m=${{ id: whole.message, attachments: mail.attachments }} conversation=${whole.conversation} store=${store} words=${words} language=${language} />`}
    <//>`;
}

const View = ({ is, now, label, onChoose }) => html`<button type="button" class="mode" aria-pressed=${is === now} onClick=${() => onChoose(is)}>${label}</button>`;

function Headers({ headers, words }) {
  const isFirst = ([name]) => FIRST.includes(name.toLowerCase());
  const others = headers.filter((header) => !isFirst(header));
  const list = (some) => html`<dl class="mail-headers">${some.map(([name, value]) => html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`)}</dl>`;
  return html`${list(headers.filter(isFirst))}${others.length > 0 && html`<details><summary>${words.whole.headers(others.length)}</summary>${list(others)}</details>`}`;
}

/** The address of a document around a mail's HTML, with a policy of its own. */
export function framed(content) {
  const head = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${STYLE}</style>`;
  return URL.createObjectURL(new Blob([head, content], { type: "text/html;charset=utf-8" }));
}

/** Of no origin: no scripts, no forms, no way out, nothing from elsewhere. Links stand in the text. */
function Frame({ content, words }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = framed(content);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [content]);
  return html`<p class="rule">${words.whole.safe}</p>${url && html`<iframe class="mail-frame" sandbox="" src=${url} title=${words.whole.html} referrerpolicy="no-referrer"></iframe>`}`;
}
