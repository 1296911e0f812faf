// The page inside the widget on another site: what the two tell each other, and only each other.
const parent = window.parent;
export const embedded = parent !== window;
const ALONE = 1_500; // a frame without our widget around it gets no word within this time

export class Host {
  /** Each handler hears the message of its name: open, close, identify {jwt}, reset. */
  constructor(handlers) {
    this.handlers = handlers;
    this.origin = ""; // whoever embeds us; known from the first message
    this.told = "";
  }

  /** Promises the widget's first words {jwt, language, open, clearing}; null if there is no widget. */
  greeted() {
    if (!embedded) return Promise.resolve(null);
    return new Promise((resolve) => {
      setTimeout(() => resolve(null), ALONE);
      addEventListener("message", (event) => this.#hear(event, resolve));
      parent.postMessage({ baton: "ready" }, "*"); // whoever it is learns only that we are here
    });
  }

  /** Nothing of what is said goes to the site around us: only how much is unread, and what the panel shall do. */
  tell(message) {
    const text = JSON.stringify(message);
    if (!this.origin || (message.baton === "unread" && text === this.told)) return;
    if (message.baton === "unread") this.told = text;
    parent.postMessage(message, this.origin);
  }

  #hear({ source, origin, data }, resolve) {
    if (source !== parent || typeof data?.baton !== "string") return;
    if (this.origin && origin !== this.origin) return;
    this.origin = origin;
    if (data.baton === "hello") resolve(data);
    else if (Object.hasOwn(this.handlers, data.baton)) this.handlers[data.baton](data);
  }
}
