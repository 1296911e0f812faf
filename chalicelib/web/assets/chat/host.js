// The page inside the widget on another site: what the two tell each other, and only each other.
/** @import { HostMessage } from "./types.d.ts" */
const parent = window.parent;
export const embedded = parent !== window;
const ALONE = 1_500; // a frame without our widget around it gets no word within this time

export class Host {
  /** Each handler hears the message of its name: open, close, identify {jwt}, reset. */
  constructor(/** @type {Record<string, (message: HostMessage) => void>} */ handlers) {
    this.handlers = handlers;
    this.origin = ""; // whoever embeds us; known from the first message
    this.told = "";
  }

  /** Promises the widget's first words {jwt, language, open, clearing}; null if there is no widget.
   * @returns {Promise<HostMessage | null>}
   */
  greeted() {
    if (!embedded) return Promise.resolve(null);
    return new Promise((resolve) => {
      setTimeout(() => resolve(null), ALONE);
      addEventListener("message", (event) => this.#hear(event, resolve));
      parent.postMessage({ baton: "ready" }, "*"); // whoever it is learns only that we are here
    });
  }

  /** Nothing of what is said goes to the site around us: only how much is unread, and what the panel shall do. */
  tell(/** @type {{ baton: string, [field: string]: unknown }} */ message) {
    const text = JSON.stringify(message);
    if (!this.origin || (message.baton === "unread" && text === this.told)) return;
    if (message.baton === "unread") this.told = text;
    parent.postMessage(message, this.origin);
  }

  #hear(/** @type {MessageEvent<HostMessage | null>} */ { source, origin, data }, /** @type {(hello: HostMessage) => void} */ resolve) {
    if (source !== parent || typeof data?.baton !== "string") return;
    if (this.origin && origin !== this.origin) return;
    this.origin = origin;
    if (data.baton === "hello") resolve(data);
    else if (Object.hasOwn(this.handlers, data.baton)) this.handlers[data.baton](data);
  }
}
