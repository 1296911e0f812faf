// The chat on any web page, by one tag: <script async src="https://…/api/widget.js"></script>. See docs/channels.md.
// A button and a panel in a closed shadow tree, so that neither the page's styles nor its scripts reach in. The panel is a frame
// of the chat's own origin. Nothing is loaded before somebody opens it, unless there is a conversation already.
(() => {
  "use strict";
  const given = window.Baton && typeof window.Baton === "object" ? window.Baton : {};
  if (given.open) return; // the tag stands in the page twice
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const site = new URL(".", script.src);
  const KEY = `baton.widget:${site.pathname}`;
  /** @type {Record<string, { open: string, close: string, panel: string, unread: (open: string, n: number) => string }>} */
  const WORDS = {
    en: { open: "Chat with us", close: "Close the chat", panel: "Chat", unread: (open, n) => `${open}, ${n} new` },
    zh: { open: "在线咨询", close: "关闭对话", panel: "在线咨询", unread: (open, n) => `${open}，${n} 条新消息` },
  };
  /** @typedef {{ fill: string, on_fill: string, fill_hover: string, text: string }} Colours */
  /** What the business set: chalicelib/business/appearance.py puts it here.
   * @type {{ label: Record<string, string>, side: string, icon: string, colours: { light: Colours, dark: Colours } | null } | null} */
  const looks = /** @type {any} */ ("{{looks}}");
  const { light, dark } = looks?.colours ?? {
    light: { fill: "#0f6b5c", on_fill: "#fff", fill_hover: "#0a5347", text: "#0f6b5c" },
    dark: { fill: "#5cc9b0", on_fill: "#06251f", fill_hover: "#83dcc7", text: "#5cc9b0" },
  };
  /** @type {Record<string, string>} */
  const ICONS = {
    speech: "M20 11.5a7.5 7.5 0 0 1-7.5 7.5H5l1.7-2.9A7.5 7.5 0 1 1 20 11.5zM9 11.5h.01M12.5 11.5h.01M16 11.5h.01",
    question: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.5-1.1 1-1.1 1.8M12 16.8h.01",
    heart: "M12 20s-7.5-4.6-7.5-10A4 4 0 0 1 12 7.5 4 4 0 0 1 19.5 10c0 5.4-7.5 10-7.5 10z",
    headset: "M4 14v-2a8 8 0 0 1 16 0v2M4 14h3v5H5.5A1.5 1.5 0 0 1 4 17.5zM20 14h-3v5h1.5a1.5 1.5 0 0 0 1.5-1.5zM18 19c0 1.5-2 2-4.5 2",
  };
  // The styles of a page can be as rude as `* { all: unset !important }`: an important rule of the shadow tree wins over them.
  const STYLES = `
    :host { all: initial !important; position: fixed !important; z-index: 2147483000 !important; inset: auto 0 0 auto !important;
      display: block !important; width: 0 !important; height: 0 !important; color-scheme: light dark !important; }
    :host([data-side=left]) { inset: auto auto 0 0 !important; }
    button { all: unset; box-sizing: border-box; position: fixed; right: 20px; bottom: 20px; display: flex; gap: 10px;
      align-items: center; justify-content: center; min-width: 60px; max-width: calc(100vw - 40px); height: 60px; border-radius: 30px;
      background: ${light.fill}; color: ${light.on_fill}; cursor: pointer;
      box-shadow: 0 2px 6px rgb(0 0 0 / 20%), 0 8px 24px rgb(0 0 0 / 18%); -webkit-tap-highlight-color: transparent; }
    button:hover { background: ${light.fill_hover}; }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px ${light.text}; }
    .label { padding-right: 22px; overflow: hidden; font: 600 16px/1.3 system-ui, sans-serif; text-overflow: ellipsis; white-space: nowrap; }
    button:has(.label:not([hidden])) { padding-left: 18px; }
    svg { flex: none; width: 28px; height: 28px; fill: none; stroke: currentcolor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
    .badge { position: absolute; top: -4px; right: -4px; box-sizing: border-box; min-width: 24px; height: 24px; padding: 0 6px;
      border: 2px solid #fff; border-radius: 12px; background: #b3261e; color: #fff; font: 700 13px/20px system-ui, sans-serif; text-align: center; }
    .news { position: fixed; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .panel { position: fixed; right: 20px; bottom: 96px; width: 400px; height: min(680px, calc(100vh - 116px)); overflow: hidden;
      border-radius: 18px; background: Canvas; box-shadow: 0 4px 12px rgb(0 0 0 / 15%), 0 16px 48px rgb(0 0 0 / 22%); }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    [hidden] { display: none !important; }
    :host([data-side=left]) button, :host([data-side=left]) .panel { right: auto; left: 20px; }
    @media (prefers-color-scheme: dark) {
      button { background: ${dark.fill}; color: ${dark.on_fill}; }
      button:hover { background: ${dark.fill_hover}; }
      button:focus-visible { outline-color: #06251f; box-shadow: 0 0 0 6px ${dark.text}; }
    }
    @media (prefers-reduced-motion: no-preference) {
      .panel { animation: rise .18s ease-out; }
      @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
    }
    @media (max-width: 480px), (max-height: 480px) {
      .panel, :host([data-side=left]) .panel { inset: 0; width: auto; height: auto; border-radius: 0; }
      :host([data-open]) button { display: none; }
    }
    @media print { :host { display: none !important; } }`;

  const state = { open: false, jwt: String(script.dataset.jwt ?? given.jwt ?? ""), unread: 0, ready: false, clearing: false };
  const language = String(script.dataset.language ?? "");
  const code = (language || navigator.language || "en").slice(0, 2).toLowerCase();
  const words = WORDS[code] ?? WORDS.en;
  const said = looks?.label[code in WORDS ? code : "en"] ?? ""; // the business's own words on the button
  const called = said || words.open;
  const make = (/** @type {string} */ name, attributes = {}, /** @type {(string | Node)[]} */ ...children) => {
    const isDrawn = name === "svg" || name === "path";
    const element = /** @type {HTMLElement} */ (isDrawn ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name));
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const icon = (/** @type {string} */ path) => make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, make("path", { d: path }));
  const sign = icon(ICONS[looks?.icon ?? "speech"]);
  const label = make("span", { class: "label" }, said);
  const cross = icon("M6 9l6 6 6-6");
  const badge = make("span", { class: "badge", "aria-hidden": "true" });
  const news = make("span", { class: "news", role: "status" });
  const button = make("button", { type: "button", "aria-expanded": "false" }, sign, cross, label, badge);
  const panel = make("div", { class: "panel", role: "dialog", "aria-label": words.panel, id: "panel" });
  const around = make("div", { popover: "manual", "data-side": (script.dataset.position ?? looks?.side) === "left" ? "left" : "right" });
  const shadow = around.attachShadow({ mode: "closed" });
  const styles = new CSSStyleSheet(); // allowed by every page's style-src
  styles.replaceSync(STYLES);
  shadow.adoptedStyleSheets = [styles];
  shadow.append(button, panel, news);
  /** @type {HTMLIFrameElement | null} */
  let frame = null;

  /** What this page remembers: only that there is a conversation, so that its news are worth loading. */
  const remember = (/** @type {boolean} */ used) => {
    try {
      if (used) localStorage.setItem(KEY, "used");
      else localStorage.removeItem(KEY);
    } catch {
      // A page without storage loads the chat when it is opened.
    }
  };
  const remembers = () => {
    try {
      return localStorage.getItem(KEY) === "used";
    } catch {
      return false;
    }
  };

  const tell = (/** @type {object} */ message) => state.ready && frame?.contentWindow?.postMessage(message, site.origin);
  const load = () => {
    if (frame) return;
    frame = /** @type {HTMLIFrameElement} */ (make("iframe", { src: site.href, title: words.panel, allow: "clipboard-write" }));
    panel.append(frame);
  };
  const unload = () => {
    frame?.remove();
    frame = null;
    state.ready = false;
  };

  function draw() {
    panel.hidden = !state.open;
    sign.toggleAttribute("hidden", state.open);
    label.hidden = state.open || !said;
    cross.toggleAttribute("hidden", !state.open);
    around.toggleAttribute("data-open", state.open);
    badge.hidden = state.open || !state.unread;
    news.textContent = badge.hidden ? "" : words.unread(called, state.unread);
    badge.textContent = state.unread > 99 ? "99+" : String(state.unread);
    button.setAttribute("aria-expanded", String(state.open));
    button.setAttribute("aria-label", state.open ? words.close : state.unread ? words.unread(called, state.unread) : called);
  }

  function open() {
    if (state.open) return;
    load();
    state.open = true;
    draw();
    frame?.focus();
    tell({ baton: "open" });
  }

  function close() {
    if (!state.open) return;
    state.open = false;
    draw();
    button.focus();
    tell({ baton: "close" });
  }

  function identify(/** @type {unknown} */ jwt) {
    state.jwt = String(jwt ?? "");
    tell({ baton: "identify", jwt: state.jwt });
  }

  /** The customer signed out: the next one at this browser sees nothing of it. */
  function reset() {
    state.jwt = "";
    state.unread = 0;
    state.clearing = true;
    remember(false);
    close();
    load();
    tell({ baton: "reset" });
    draw();
  }

  /** @type {Record<string, (message: { count?: unknown, used?: unknown }) => void>} */
  const hear = {
    ready: () => {
      state.ready = true;
      tell({ baton: "hello", jwt: state.jwt, language, open: state.open, clearing: state.clearing });
    },
    close,
    unread: (/** @type {{ count?: unknown, used?: unknown }} */ { count, used }) => {
      state.unread = Number(count) || 0;
      if (used) remember(true);
      draw();
    },
    cleared: () => {
      state.clearing = false;
      unload();
      if (state.open) load();
    },
    expired: () => dispatchEvent(new CustomEvent("baton:expired")),
  };
  addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== site.origin) return;
    if (Object.hasOwn(hear, String(data?.baton))) hear[data.baton](data);
  });
  button.addEventListener("click", () => (state.open ? close() : open()));
  shadow.addEventListener("keydown", (event) => /** @type {KeyboardEvent} */ (event).key === "Escape" && close());

  window.Baton = Object.freeze({ open, close, identify, reset });
  draw();
  const start = () => {
    document.documentElement.append(around); // beside the body, whose content many sites replace
    around.showPopover?.(); // above everything, and out of reach of what the page does to its root: opacity, transforms, stacking
    if (remembers()) load();
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
