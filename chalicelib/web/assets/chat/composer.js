// Where the visitor writes: text, files by picker, paste and drop, and what keeps a message from being sent.
/** @import { On } from "../shared/types.d.ts" */
/** @import { Props, Uploads } from "./types.d.ts" */
import { heard, html, keptInTab, length, store, stored, useEffect, useObservable, useRef, useState } from "../shared/common.js";
import { DRAFT, LONGEST, refusal } from "./store.js";
import { Chosen, isReady } from "./files.js";
import { embedded } from "./host.js";

export function Composer(/** @type {Props} */ { chat, uploads, words, language }) {
  const [text, setText] = useState(() => stored(keptInTab, DRAFT, ""));
  const { chosen } = useObservable(uploads.source);
  const field = useRef(null);
  useEffect(() => store(keptInTab, DRAFT, text || null), [text]);
  useEffect(() => {
    const back = (/** @type {CustomEvent<string>} */ event) => {
      setText((/** @type {string} */ now) => [event.detail, now].filter(Boolean).join("\n"));
      field.current.focus();
    };
    return heard({ draft: back });
  }, []);
  const hasFiles = chosen.some((one) => one.entry);
  const blocked = refusal(text) === "too_large" || (refusal(text) === "empty" && !hasFiles) || !isReady(chosen);
  const send = (/** @type {Event} */ event) => {
    event?.preventDefault();
    field.current.focus();
    if (blocked) return;
    chat.send(text.trim(), uploads.take());
    setText("");
  };
  const write = (/** @type {On<HTMLTextAreaElement>} */ event) => {
    setText(event.target.value);
    chat.types();
  };
  const paste = (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || event.clipboardData?.getData("text/plain")) return; // a table of an office program is both: its text is meant
    event.preventDefault();
    uploads.add(files);
  };
  return html`
    <form class="composer" onSubmit=${send}>
      <${Chosen} uploads=${uploads} chosen=${chosen} words=${words} language=${language} />
      <${Picker} uploads=${uploads} words=${words} />
      <label class="sr" for="text">${words.label}</label>
      <div class="field" data-text=${text + "\n"}>
        <textarea id="text" ref=${field} rows="1" value=${text} placeholder=${words.placeholder} aria-describedby="keys count"
          enterkeyhint="send" autofocus=${!embedded} onInput=${write} onPaste=${paste} onKeyDown=${(/** @type {KeyboardEvent} */ e) => entered(e) && send(e)}></textarea>
      </div>
      <button class="send" aria-label=${words.send} title=${words.send} disabled=${blocked}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 19V5m-6.5 6.5L12 5l6.5 6.5" /></svg>
      </button>
      <p id="keys" class="keys">${words.keys}</p>
      <${Count} text=${text} words=${words} />
    </form>`;
}

function Picker(/** @type {Props} */ { uploads, words }) {
  const input = useRef(null);
  const picked = () => {
    uploads.add(input.current.files);
    input.current.value = "";
  };
  return html`
    <input ref=${input} id="files" type="file" multiple hidden onChange=${picked} aria-label=${words.attach} />
    <button type="button" class="attach" aria-label=${words.attach} title=${words.attach} onClick=${() => input.current.click()}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.4a1.7 1.7 0 0 1-2.4-2.4L14.5 7" /></svg>
    </button>`;
}

/** Files can be dropped anywhere on the page. */
export function useDrop(/** @type {Uploads} */ uploads) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
    const drag = (/** @type {DragEvent} */ event) => hasFiles(event) && (event.preventDefault(), setOver(true));
    const leave = (/** @type {DragEvent} */ event) => event.relatedTarget || setOver(false);
    const drop = (/** @type {DragEvent} */ event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      uploads.add(event.dataTransfer?.files ?? []);
    };
    return heard({ dragover: drag, dragleave: leave, drop });
  }, []);
  return over;
}

/** Enter sends where there is a keyboard; while an input method composes, Enter only confirms its choice. */
function entered(/** @type {KeyboardEvent} */ event) {
  const composing = event.isComposing || event.keyCode === 229;
  return event.key === "Enter" && !event.shiftKey && !composing && !matchMedia("(pointer: coarse)").matches;
}

function Count(/** @type {Props} */ { text, words }) {
  const left = LONGEST - length(text);
  const note = refusal(text) === "too_large" && left >= 0 ? words.failed.too_large : left < 0 ? words.tooLong(-left) : left < 500 ? words.left(left) : "";
  return html`<p id="count" class=${refusal(text) === "too_large" ? "count bad" : "count"} role="status">${note}</p>`;
}
