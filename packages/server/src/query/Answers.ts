/**
 * The answers to messages that are not obeyed, in order, one on its way at a time.
 *
 * A client may send thousands of messages in one segment, and no answer can leave before they are all read: so
 * many senders at once would look like a client that does not read. Here they wait in a queue of their own, of
 * at most `maxAnswers` answers and `maxLength` characters. What finds no room is counted, and one answer at the
 * end says how many there were: nothing is lost in silence, and nobody is closed for having been quick.
 */
import type { ServerMessage } from "./ServerMessage.js";

export const maxAnswers = 16_384;

/** Characters of all answers that wait. */
const maxLength = 2 * 1024 * 1024;

/** An `error` message, without its type. */
export type Problem = Omit<Extract<ServerMessage, { readonly type: "error" }>, "type">;

export class Answers {
  readonly #send: (text: string) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #waiting: Array<string> = [];
  /** Of all that are not sent, with those that are being sent. */
  #count = 0;
  #length = 0;
  #omitted = 0;
  #isSending = false;

  /** `send` takes one message; when it fails, nothing more is sent. */
  constructor(send: (text: string) => Promise<void>, onError: (error: unknown) => void) {
    this.#send = send;
    this.#onError = onError;
  }

  add(problem: Problem): void {
    const text = textOf(problem);
    const hasRoom = this.#count < maxAnswers && this.#length + text.length <= maxLength;
    // What comes after an omitted one is omitted too, so that the notice stands in its place.
    if (hasRoom && this.#omitted === 0) {
      this.#waiting.push(text);
      this.#count++;
      this.#length += text.length;
    } else {
      this.#omitted++;
    }
    if (this.#isSending) return;
    this.#isSending = true;
    this.#sendAll().then(() => {
      this.#isSending = false;
    }, this.#onError);
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 || this.#omitted > 0) {
      const batch = this.#waiting;
      const omitted = this.#omitted;
      this.#waiting = [];
      this.#omitted = 0;
      for (const text of batch) {
        await this.#send(text);
        this.#count--;
        this.#length -= text.length;
      }
      if (omitted > 0) await this.#send(textOf(tooMany(omitted)));
    }
  }
}

function textOf(problem: Problem): string {
  return JSON.stringify({ type: "error", ...problem } satisfies ServerMessage);
}

function tooMany(count: number): Problem {
  const message = `${count} more messages came before there was room to answer them; none was obeyed`;
  return { code: "too-many-messages", message };
}
