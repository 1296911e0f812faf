// Where agents write: a reply to the customer, with files, or a note for colleagues. Drafts stay with their conversation.
import { html, useEffect, useRef, useState } from "./common.js";
import { Chosen, useUploads } from "./console-files.js";
import { smsParts } from "./console-parts.js";
import { draftOf, keepDraft } from "./console-store.js";

const EMPTY = { mode: "reply", text: "", files: [] };

export function Composer({ store, c, mine, blocked, words, language }) {
  const [draft, setDraft] = useState(() => draftOf(c.id));
  const field = useRef(null);
  const forbidden = blocked && blocked !== "complaint"; // a new message of theirs may be answered even then
  const mayReply = mine && !forbidden;
  const mode = mayReply ? draft.mode : "note";
  const note = mode === "note";
  const change = (part) => setDraft((now) => ({ ...now, ...part }));
  const setFiles = (next) => setDraft((now) => ({ ...now, files: next(now.files) }));
  const uploads = useUploads(store, c.id, draft.files, setFiles, words);
  const files = note ? [] : draft.files;
  const ready = (draft.text.trim() || files.length > 0) && (note || !uploads.going.length);
  useEffect(() => keepDraft(c.id, draft), [draft]);
  useCalls(c, mayReply, field, change, setDraft);
  const send = (event) => {
    event?.preventDefault();
    if (!ready) return field.current.focus();
    store.say(c.id, mode, draft.text.trim(), files);
    setDraft(note ? { ...EMPTY, files: draft.files } : EMPTY);
    field.current.focus();
  };
  const onInput = (event) => {
    change({ text: event.target.value });
    if (!note && c.channel === "webchat") store.typing(c.id);
  };
  const onKeyDown = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send(event);
  const { dropping, ...drop } = useDrop(!note, uploads.add);
  return html`
    ${blocked && html`<p class="blocked" role="status">${words.blocked[blocked] ?? words.errors.blocked}${mine && forbidden && ` ${words.blockedReply}`}</p>`}
    <form class=${["composer", note && "noting", dropping && "dropping"].filter(Boolean).join(" ")} onSubmit=${send} ...${drop}>
      <div class="modes">
        ${mayReply
          ? html`<${Mode} is="reply" mode=${mode} label=${words.reply} keys="Alt+R" onChoose=${change} />
              <${Mode} is="note" mode=${mode} label=${words.noteTab} keys="Alt+M" onChoose=${change} />`
          : html`<p>${mine ? words.noteTab : words.notYours}</p>`}
      </div>
      <label class="sr" for="text">${note ? words.noteLabel : words.replyLabel}</label>
      <div class="field" data-text=${draft.text + "\n"}>
        <textarea id="text" ref=${field} rows="2" value=${draft.text} placeholder=${note ? words.notePlaceholder : words.replyPlaceholder}
          onInput=${onInput} onKeyDown=${onKeyDown}></textarea>
      </div>
      ${!note && html`<${Chosen} files=${files} uploads=${uploads} onRemove=${(f) => setFiles((had) => had.filter((one) => one !== f))} words=${words} language=${language} />`}
      <div class="send-line">
        ${!note && html`<${Attach} onChoose=${uploads.add} words=${words} />`}
        <p class="keys">${!note && c.channel === "sms" ? html`<${SmsCount} text=${draft.text} words=${words} />` : words.sendKeys}</p>
        <button class="primary" disabled=${!ready}>${note ? words.saveNote : words.send}</button>
      </div>
    </form>`;
}

const Mode = ({ is, mode, label, keys, onChoose }) => html`
  <button type="button" class="mode" aria-pressed=${mode === is} aria-keyshortcuts=${keys} onClick=${() => onChoose({ mode: is })}>${label}</button>`;

function Attach({ onChoose, words }) {
  const input = useRef(null);
  const chosen = (event) => {
    onChoose(event.target.files);
    event.target.value = ""; // the same file can be chosen again
  };
  return html`
    <button type="button" class="quiet" onClick=${() => input.current.click()}>${words.files.attach}</button>
    <input ref=${input} class="attach" type="file" multiple hidden aria-label=${words.files.attach} onChange=${chosen} />`;
}

const SmsCount = ({ text, words }) => html`<span class="sms-count">${words.sms(...smsParts(text.trim()))}</span>`;

/** Handlers that take dropped and pasted files. */
function useDrop(open, add) {
  const [dropping, setDropping] = useState(false);
  if (!open) return { dropping: false };
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  return {
    dropping,
    onDragOver: (event) => carries(event) && (event.preventDefault(), setDropping(true)),
    onDragLeave: () => setDropping(false),
    onDrop: (event) => {
      setDropping(false);
      if (!carries(event)) return;
      event.preventDefault();
      add(event.dataTransfer.files);
    },
    onPaste: (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      add(event.clipboardData.files);
    },
  };
}

/** Shortcuts and the timeline speak to the composer by events: "write" (reply or note), "draft" (an unsent text comes back). */
function useCalls(c, mayReply, field, change, setDraft) {
  useEffect(() => {
    const write = ({ detail }) => {
      change({ mode: detail });
      field.current.focus();
    };
    const back = ({ detail }) => {
      const files = detail.attachments ?? [];
      setDraft((now) => ({ mode: detail.kind, text: [detail.text, now.text].filter(Boolean).join("\n"), files: [...files, ...now.files] }));
      field.current.focus();
    };
    addEventListener("write", write);
    addEventListener("draft", back);
    if (mayReply && matchMedia("(min-width: 60rem)").matches) field.current.focus();
    return () => {
      removeEventListener("write", write);
      removeEventListener("draft", back);
    };
  }, [c.id]);
}
