// Where agents write: a reply to the customer, with files, or a note for colleagues. Drafts stay with their conversation.
/** @import { Change, On, Setter } from "../../shared/types.d.ts" */
/** @import { Conversation, FileEntry } from "../../shared/wire.d.ts" */
/** @import { Draft, Entry, Props } from "../types.d.ts" */
import { heard, html, useEffect, useRef, useState } from "../../shared/common.js";
import { Chosen, useUploads } from "./files.js";
import { smsParts } from "../parts.js";
import { draftOf, keepDraft } from "../drafts.js";

/** @type {Draft} */
const EMPTY = { mode: "reply", text: "", files: [] };

export function Composer(/** @type {Props & { mine: boolean, blocked: string }} */ { store, c, mine, blocked, words, language }) {
  const [draft, setDraft] = useState(() => draftOf(c.id));
  const field = useRef(null);
  const forbidden = blocked && blocked !== "complaint"; // a new message of theirs may be answered even then
  const mayReply = mine && !forbidden;
  const mode = mayReply ? draft.mode : "note";
  const note = mode === "note";
  const change = (/** @type {Partial<Draft>} */ part) => setDraft((now) => ({ ...now, ...part }));
  const setFiles = (/** @type {(had: FileEntry[]) => FileEntry[]} */ next) => setDraft((now) => ({ ...now, files: next(now.files) }));
  const uploads = useUploads(store, c.id, draft.files, setFiles, words);
  const files = note ? [] : draft.files;
  const ready = (draft.text.trim() || files.length > 0) && (note || !uploads.going.length);
  useEffect(() => keepDraft(c.id, draft), [draft]);
  useCalls(c, mayReply, field, change, setDraft);
  const send = (/** @type {Event} */ event) => {
    event?.preventDefault();
    if (!ready) return field.current.focus();
    store.outbox.say(c.id, mode, draft.text.trim(), files);
    setDraft(note ? { ...EMPTY, files: draft.files } : EMPTY);
    field.current.focus();
  };
  const onInput = (/** @type {On<HTMLTextAreaElement>} */ event) => {
    change({ text: event.target.value });
    if (!note && c.channel === "webchat") store.typing(c.id);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send(event);
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
      ${!note && html`<${Chosen} files=${files} uploads=${uploads} onRemove=${(/** @type {FileEntry} */ f) => setFiles((had) => had.filter((one) => one !== f))} words=${words} language=${language} />`}
      <div class="send-line">
        ${!note && html`<${Attach} onChoose=${uploads.add} words=${words} />`}
        <p class="keys">${!note && c.channel === "sms" ? html`<${SmsCount} text=${draft.text} words=${words} />` : words.sendKeys}</p>
        <button class="primary" disabled=${!ready}>${note ? words.saveNote : words.send}</button>
      </div>
    </form>`;
}

/**
 * @param {{ is: Draft["mode"], mode: string, label: string, keys: string, onChoose: Change<Draft> }} props
 */
const Mode = ({ is, mode, label, keys, onChoose }) => html`
  <button type="button" class="mode" aria-pressed=${mode === is} aria-keyshortcuts=${keys} onClick=${() => onChoose({ mode: is })}>${label}</button>`;

function Attach(/** @type {Props & { onChoose: (files: FileList | null) => void }} */ { onChoose, words }) {
  const input = useRef(null);
  const chosen = (/** @type {On} */ event) => {
    onChoose(event.target.files);
    event.target.value = ""; // the same file can be chosen again
  };
  return html`
    <button type="button" class="quiet" onClick=${() => input.current.click()}>${words.files.attach}</button>
    <input ref=${input} class="attach" type="file" multiple hidden aria-label=${words.files.attach} onChange=${chosen} />`;
}

const SmsCount = (/** @type {Props & { text: string }} */ { text, words }) => html`<span class="sms-count">${words.sms(...smsParts(text.trim()))}</span>`;

/** Handlers that take dropped and pasted files. */
function useDrop(/** @type {boolean} */ open, /** @type {(files: FileList) => void} */ add) {
  const [dropping, setDropping] = useState(false);
  if (!open) return { dropping: false };
  const carries = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  return {
    dropping,
    onDragOver: (/** @type {DragEvent} */ event) => carries(event) && (event.preventDefault(), setDropping(true)),
    onDragLeave: () => setDropping(false),
    onDrop: (/** @type {DragEvent} */ event) => {
      setDropping(false);
      if (!carries(event)) return;
      event.preventDefault();
      add(/** @type {DataTransfer} */ (event.dataTransfer).files);
    },
    onPaste: (/** @type {ClipboardEvent} */ event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      add(event.clipboardData.files);
    },
  };
}

/** Shortcuts and the timeline speak to the composer by events: "write" (reply or note), "draft" (an unsent text comes back).
 * @param {Conversation} c
 * @param {boolean} mayReply
 * @param {{ current: HTMLTextAreaElement }} field
 * @param {Change<Draft>} change
 * @param {Setter<Draft>} setDraft
 */
function useCalls(c, mayReply, field, change, setDraft) {
  useEffect(() => {
    const write = (/** @type {CustomEvent<Draft["mode"]>} */ { detail }) => {
      change({ mode: detail });
      field.current.focus();
    };
    const back = (/** @type {CustomEvent<Entry>} */ { detail }) => {
      const files = detail.attachments ?? [];
      setDraft((now) => ({ mode: detail.kind, text: [detail.text, now.text].filter(Boolean).join("\n"), files: [...files, ...now.files] }));
      field.current.focus();
    };
    if (mayReply && matchMedia("(min-width: 60rem)").matches) field.current.focus();
    return heard({ write, draft: back });
  }, [c.id]);
}
