/** What the actor needs of a socket: five verbs and two traits. Each adapter has one, a test scripts one. */
import { defaultQuantum, type Quantum } from "../actor/Flusher.js";
import type { Pingable, Unread } from "./Pingable.js";

/** What became of a message that was handed over. */
export const SendStatus = {
  /** Accepted, and held in user space because the socket cannot take it: never send it again. */
  pressure: 0,
  /** Accepted. */
  sent: 1,
  /** Not accepted: it may be sent again when there is room. */
  refused: 2,
  /** Not accepted, now or ever: its bytes are gone. It is dropped and reported. */
  unsendable: 3,
} as const;

/** One of {@link SendStatus}. */
export type SendStatus = (typeof SendStatus)[keyof typeof SendStatus];

/** What all transports of a kind have in common. */
export interface TransportTraits {
  /** The most that one message adds to what it weighs, in bytes: the header of its frame. */
  readonly overheadBytes: number;
  /** What one write should hold at the most. */
  readonly quantum: Quantum;
}

/** Of a WebSocket server without more to say: a frame's header has 2 to 10 bytes. */
export const defaultTraits: TransportTraits = { overheadBytes: 10, quantum: defaultQuantum };

/** The sending side of a socket. The actor never calls it after it has ended it or was told that it closed. */
export interface Transport<T> {
  readonly traits: TransportTraits;
  /** What asks the other side what it has received; undefined if it may not be asked. */
  readonly pings?: Pingable | undefined;
  /** Hands one message over. */
  send(message: T): SendStatus;
  /** Bytes accepted that the socket has not taken yet; more than 0 is pressure. */
  bufferedBytes(): number;
  /** Runs `write`, which sends several messages, as one write to the socket. */
  batch(write: () => void): void;
  /**
   * Closes after what was accepted, with a code and a reason for the other side. `unread` is there when the other side is
   * owed what is on its way to it, and may take its time to read that.
   */
  end(code: number, reason: string, unread: Unread | undefined): void;
  /** Closes at once; what the socket has not taken is lost. */
  terminate(): void;
}
