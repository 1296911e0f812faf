// Frames that the service answers, each under its own id. What a lost connection took along is asked once more on the next one: under the
// same id the service does once what it is asked twice, and answers again.
import { newId } from "./common.js";

const ANSWER_WITHIN = 12_000; // then whoever asked is told

export class Questions {
  /** `send(frame)` says whether it went out; `visitor()` for whom it is asked: nobody else gets to ask it again. */
  constructor({ send, visitor }) {
    Object.assign(this, { send, visitor });
    this.open = new Map(); // id -> what waits for the answer
  }

  /** Promises the answer to a frame; rejects with an error's `code` (and `retry_after`). */
  ask(frame) {
    const question = { ...frame, id: newId() };
    return new Promise((resolve, reject) => {
      this.open.set(question.id, { question, visitor: this.visitor(), resolve, reject });
      this.#put(question.id);
    });
  }

  /** There is a new connection. */
  again() {
    for (const [id, waiting] of [...this.open]) {
      if (waiting.again || waiting.visitor !== this.visitor()) this.#unanswered(id);
      else this.#put(id);
      waiting.again = true;
    }
  }

  /** There will be no connection. */
  end() {
    for (const id of [...this.open.keys()]) this.#unanswered(id);
  }

  /** An answer or an error came; false if nobody asked. */
  answer(id, frame, error) {
    const waiting = this.open.get(id);
    if (!waiting) return false;
    clearTimeout(waiting.timer);
    this.open.delete(id);
    if (error) waiting.reject(error);
    else waiting.resolve(frame);
    return true;
  }

  #put(id) {
    const waiting = this.open.get(id);
    clearTimeout(waiting.timer);
    if (!this.send(waiting.question)) return this.#unanswered(id);
    waiting.timer = setTimeout(() => this.#unanswered(id), ANSWER_WITHIN);
  }

  #unanswered(id) {
    this.answer(id, null, { code: "unavailable" });
  }
}
