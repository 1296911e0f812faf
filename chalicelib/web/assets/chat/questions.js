// Frames that the service answers, each under its own id. What a lost connection took along is asked once more on the next one: under the
// same id the service does once what it is asked twice, and answers again.
/** @import { AnswerTo, ErrorFrame, Frame, SentFrame } from "../shared/wire.d.ts" */
import { newId } from "../shared/common.js";

const ANSWER_WITHIN = 12_000; // then whoever asked is told

/** @typedef {{ question: SentFrame, visitor: string, resolve: (answer: any) => void, reject: (error: Refusal) => void, again?: boolean,
 *   timer?: ReturnType<typeof setTimeout> }} Waiting
 * @typedef {ErrorFrame | { code: string }} Refusal
 */

export class Questions {
  /** `send(frame)` says whether it went out; `visitor()` for whom it is asked: nobody else gets to ask it again. */
  constructor(/** @type {{ send: (frame: SentFrame) => boolean, visitor: () => string }} */ { send, visitor }) {
    this.send = send;
    this.visitor = visitor;
    /** @type {Map<string, Waiting>} by id: what waits for the answer */
    this.open = new Map();
  }

  /** Promises the answer to a frame; rejects with an error's `code` (and `retry_after`).
   * @template {SentFrame} const F
   * @param {F} frame
   * @returns {Promise<AnswerTo<F>>}
   */
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

  /** An answer or an error came; false if nobody asked.
   * @param {string | undefined} id
   * @param {Frame | null} frame
   * @param {Refusal} [error]
   */
  answer(id, frame, error) {
    const waiting = id && this.open.get(id);
    if (!waiting) return false;
    clearTimeout(waiting.timer);
    this.open.delete(id);
    if (error) waiting.reject(error);
    else waiting.resolve(frame);
    return true;
  }

  #put(/** @type {string} */ id) {
    const waiting = this.open.get(id);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    if (!this.send(waiting.question)) return this.#unanswered(id);
    waiting.timer = setTimeout(() => this.#unanswered(id), ANSWER_WITHIN);
  }

  #unanswered(/** @type {string} */ id) {
    this.answer(id, null, { code: "unavailable" });
  }
}
