// Where agents write: a reply to the customer or a note for colleagues. Drafts stay with their conversation.
import { html, useEffect, useRef, useState } from "./common.js";
import { draftOf, keepDraft } from "./console-store.js";

export function Composer({ store, c, mine, words }) {
  const [draft, setDraft] = useState(() => draftOf(c.id));
  const field = useRef(null);
  const mode = mine ? draft.mode : "note";
  const change = (part) => setDraft((now) => ({ ...now, ...part }));
  useEffect(() => keepDraft(c.id, draft), [draft]);
  useCalls(c, mine, field, change, setDraft);
  const send = (event) => {
    event?.preventDefault();
    if (!draft.text.trim()) return field.current.focus();
    store.say(c.id, mode, draft.text.trim());
    setDraft({ mode: "reply", text: "" });
    field.current.focus();
  };
  const onKeyDown = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send(event);
  const note = mode === "note";
  return html`
    <form class=${note ? "composer noting" : "composer"} onSubmit=${send}>
      <div class="modes">
        ${mine
          ? html`<${Mode} is="reply" mode=${mode} label=${words.reply} keys="Alt+R" onChoose=${change} />
              <${Mode} is="note" mode=${mode} label=${words.noteTab} keys="Alt+M" onChoose=${change} />`
          : html`<p>${words.notYours}</p>`}
      </div>
      <label class="sr" for="text">${note ? words.noteLabel : words.replyLabel}</label>
      <div class="field" data-text=${draft.text + "\n"}>
        <textarea id="text" ref=${field} rows="2" value=${draft.text} placeholder=${note ? words.notePlaceholder : words.replyPlaceholder}
          onInput=${(e) => change({ text: e.target.value })} onKeyDown=${onKeyDown}></textarea>
      </div>
      <div class="send-line">
        <p class="keys">${words.sendKeys}</p>
        <button class="primary" disabled=${!draft.text.trim()}>${note ? words.saveNote : words.send}</button>
      </div>
    </form>`;
}

const Mode = ({ is, mode, label, keys, onChoose }) => html`
  <button type="button" class="mode" aria-pressed=${mode === is} aria-keyshortcuts=${keys} onClick=${() => onChoose({ mode: is })}>${label}</button>`;

/** Shortcuts and the timeline speak to the composer by events: "write" (reply or note), "draft" (an unsent text comes back). */
function useCalls(c, mine, field, change, setDraft) {
  useEffect(() => {
    const write = ({ detail }) => {
      change({ mode: detail });
      field.current.focus();
    };
    const back = ({ detail }) => {
      setDraft((now) => ({ mode: detail.kind, text: [detail.text, now.text].filter(Boolean).join("\n") }));
      field.current.focus();
    };
    addEventListener("write", write);
    addEventListener("draft", back);
    if (mine && matchMedia("(min-width: 60rem)").matches) field.current.focus();
    return () => {
      removeEventListener("write", write);
      removeEventListener("draft", back);
    };
  }, [c.id]);
}
