/** What is sent to clients in a story, one by one, by senders that wait and for many, and what is known of it from then on. */
import { SendError } from "@sluice/runtime";
import { ChannelError } from "@sluice/runtime/adapter";
import type { Audit } from "./audit/Audit.js";
import type { Books } from "./audit/Books.js";
import { settleBreach } from "./audit/senders.js";
import type { VirtualTime } from "./engine/index.js";
import { channels } from "./story/Story.js";
import { messageOf } from "./world/Payload.js";
import type { SimulatedServer } from "./world/SimulatedServer.js";

/** The world that they are sent in. */
export interface Post {
  readonly time: VirtualTime;
  readonly audit: Audit;
  readonly server: SimulatedServer;
  readonly everyone: ReadonlyArray<Books>;
  readonly hasLimits: boolean;
  /** How much was done so far, to know whether something was done meanwhile. */
  readonly done: number;
  log(line: string): void;
  /** A sender has been told. */
  told(): void;
}

export class Messages {
  /** How many there are. */
  count = 0;
  readonly #post: Post;

  constructor(post: Post) {
    this.#post = post;
  }

  #letter(bytes: number, client: number | undefined, stream: string) {
    const number = ++this.count;
    const message = messageOf(number, bytes);
    const size = Math.max(bytes, `${number}.`.length);
    this.#post.audit.letters.set(number, { bytes: size, client, stream });
    return { number, message, size };
  }

  offer(books: Books, bytes: number): void {
    const { number, message } = this.#letter(bytes, books.number, "own");
    const wasOpen = books.isOpen;
    books.offered++;
    const result = books.connection.offer(message);
    const isAccepted = result._tag === "Accepted";
    if (!isAccepted) books.refused.add(number);
    if (isAccepted && !wasOpen)
      this.#post.audit.check(books, ["R17", "it is closed, and takes messages"]);
    this.#took(books, number, isAccepted);
    this.#post.log(`${number}: ${isAccepted ? "accepted" : result.reason}`);
  }

  #took(books: Books, number: number, isAccepted: boolean): void {
    if (books.held === undefined) return;
    this.#post.audit.dropped(books, isAccepted ? number : undefined);
  }

  send(books: Books, bytes: number, abortsAfterMillis: number): void {
    const { time, audit } = this.#post;
    // Whoever waits comes in later: what is held is not known from here on.
    books.held = undefined;
    const { number, message, size } = this.#letter(bytes, books.number, "sent");
    const { delayMillis } = books.connection;
    books.offered++;
    const controller = new AbortController();
    const options = abortsAfterMillis > 0 ? { signal: controller.signal } : {};
    const { millis: atMillis, stalledMillis, stalls } = time;
    const wait = { bytes: size, atMillis, delayMillis, stalledMillis, stalls, isAborted: false };
    books.waits.set(number, wait);
    if (abortsAfterMillis > 0) {
      time.input(time.millis + abortsAfterMillis, () => {
        wait.isAborted = true;
        audit.touch(books);
        controller.abort("enough");
      });
    }
    books.connection.send(message, options).then(
      () => this.#settled(books, number, undefined),
      (error) =>
        this.#settled(books, number, error instanceof SendError ? error.reason : "aborted"),
    );
    audit.touch(books);
  }

  #settled(books: Books, number: number, reason: string | undefined): void {
    const wait = books.waits.get(number);
    books.waits.delete(number);
    this.#post.log(`${number}: ${reason ?? "accepted"}`);
    if (wait === undefined) this.#post.audit.check(books, ["R5", `a sender was told twice`]);
    else this.#post.audit.check(books, settleBreach(books, wait, reason, this.#post.time));
    if (reason !== undefined) books.refused.add(number);
    if (reason !== undefined && books.handed.includes(number)) {
      this.#post.audit.check(books, ["R5", `message ${number} is refused, and was handed over`]);
    }
    this.#post.told();
  }

  publish(channel: string | undefined, bytes: number): void {
    const isLimited = this.#post.hasLimits && channel?.startsWith("a.") === true;
    const { number, message } = this.#letter(
      bytes,
      undefined,
      isLimited ? `many ${channel}` : "own",
    );
    const before = this.#post.everyone.map(({ connection }) => connection.stats());
    const mayHear = this.#post.everyone.map(
      (books) => books.isOpen && (channel === undefined || books.reads(channel)),
    );
    const done = this.#post.done;
    const { server } = this.#post;
    const result =
      channel === undefined ? server.broadcast(message) : server.publish(channel, message);
    this.#post.log(`${number}: ${result.accepted} have accepted, ${result.rejected} have not`);
    let heard = 0;
    for (const [at, books] of this.#post.everyone.entries()) {
      this.#post.audit.touch(books);
      const after = books.connection.stats();
      const was = before[at] as typeof after;
      const offered = after.offered.messages - was.offered.messages;
      // What was done meanwhile has counted its own.
      if (this.#post.done !== done) {
        books.offered = after.offered.messages;
        books.held = undefined;
        continue;
      }
      heard += offered;
      books.offered += offered;
      if (mayHear[at] && offered !== 1) {
        this.#post.audit.check(books, ["R38", `message ${number} was offered ${offered} times`]);
      }
      const isSubscribed = channel === undefined || books.subscriptions.size > 0;
      if (offered > 0 && !isSubscribed && books.isOpen) {
        this.#post.audit.check(books, [
          "R38",
          `message ${number} was offered to who is not subscribed`,
        ]);
      }
      if (offered > 0) this.#took(books, number, refusals(after) === refusals(was));
    }
    if (this.#post.done === done && heard !== result.accepted + result.rejected) {
      this.#post.audit.fail(
        "R38",
        `${heard} were offered message ${number}, ${JSON.stringify(result)}`,
      );
    }
  }

  subscribe(books: Books, operation: "subscribe" | "unsubscribe", which: number): void {
    const { connection, subscriptions } = books;
    const channel = channels[which % channels.length] as string;
    try {
      const isNew = connection[operation](channel);
      const isAdding = operation === "subscribe";
      if (isAdding && books.isOpen) subscriptions.add(channel);
      if (!isAdding) subscriptions.delete(channel);
      this.#post.log(`${operation} ${channel}: ${isNew}`);
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
    }
  }
}

const refusals = ({ rejected }: { readonly rejected: object }): number =>
  Object.values(rejected).reduce((sum, { messages }) => sum + messages, 0);
