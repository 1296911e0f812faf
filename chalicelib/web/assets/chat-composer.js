// Where the visitor writes: text, files by picker, paste and drop, and what keeps a message from being sent.
import { html, keptInTab, length, store, stored, useEffect, useObservable, useRef, useState } from "./common.js";
import { DRAFT, LONGEST, refusal } from "./chat-store.js";
import { Chosen, isReady } from "./chat-files.js";
import { embedded } from "./chat-host.js";

export function Composer({ chat, uploads, words, language }) {
  const [text, setText] = useState(() => stored(keptInTab, DRAFT, ""));
  const { chosen } = useObservable(uploads.source);
  const field = useRef(null);
  useEffect(() => store(keptInTab, DRAFT, text || null), [text]);
  useEffect(() => {
    const back = (event) => {
      setText((now) => [event.detail, now].filter(Boolean).join("\n"));
      field.current.focus();
    };
    addEventListener("draft", back);
    return () => removeEventListener("draft", back);
  }, []);
  const hasFiles = chosen.some((one) => one.entry);
  const blocked = refusal(text) === "too_large" || (refusal(text) === "empty" && !hasFiles) || !isReady(chosen);
  const send = (event) => {
    event?.preventDefault();
    field.current.focus();
    if (blocked) return;
    chat.send(text.trim(), uploads.take());
    setText("");
  };
  const write = (event) => {
    setText(event.target.value);
    chat.types();
  };
  const paste = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || event.clipboardData.getData("text/plain")) return; // a table of an office program is both: its text is meant
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
          enterkeyhint="send" autofocus=${!embedded} onInput=${write} onPaste=${paste} onKeyDown=${(e) => entered(e) && send(e)}></textarea>
      </div>
      <button class="send" aria-label=${words.send} title=${words.send} disabled=${blocked}>
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 19V5m-6.5 6.5L12 5l6.5 6.5" /></svg>
      </button>
      <p id="keys" class="keys">${words.keys}</p>
      <${Count} text=${text} words=${words} />
    </form>`;
}

function Picker({ uploads, words }) {
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
export function useDrop(uploads) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    const drag = (event) => hasFiles(event) && (event.preventDefault(), setOver(true));
    const leave = (event) => event.relatedTarget || setOver(false);
    const drop = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      uploads.add(event.dataTransfer.files);
    };
    const handlers = { dragover: drag, dragleave: leave, drop };
    for (const [name, act] of Object.entries(handlers)) addEventListener(name, act);
    return () => Object.entries(handlers).forEach(([name, act]) => removeEventListener(name, act));
  }, []);
  return over;
}

/** Enter sends where there is a keyboard; while an input method composes, Enter only confirms its choice. */
function entered(event) {
  const composing = event.isComposing || event.keyCode === 229;
  return event.key === "Enter" && !event.shiftKey && !composing && !matchMedia("(pointer: coarse)").matches;
}

function Count({ text, words }) {
  const left = LONGEST - length(text);
  const note = refusal(text) === "too_large" && left >= 0 ? words.failed.too_large : left < 0 ? words.tooLong(-left) : left < 500 ? words.left(left) : "";
  return html`<p id="count" class=${refusal(text) === "too_large" ? "count bad" : "count"} role="status">${note}</p>`;
}
