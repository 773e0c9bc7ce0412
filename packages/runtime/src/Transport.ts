/** What the actor needs of a socket: five verbs. The uWebSockets.js adapter has one, a test scripts one. */

/** What became of a message that was handed over. The numbers are those of uWebSockets.js. */
export const SendStatus = {
  /** Accepted, and held in user space because the socket cannot take it: never send it again. */
  pressure: 0,
  /** Accepted. */
  sent: 1,
  /** Not accepted: it may be sent again when there is room. */
  refused: 2,
} as const;

/** One of {@link SendStatus}. */
export type SendStatus = (typeof SendStatus)[keyof typeof SendStatus];

/** The sending side of a socket. The actor never calls it after it has ended it or was told that it closed. */
export interface Transport<T> {
  /** Hands one message over. */
  send(message: T): SendStatus;
  /** Bytes accepted that the socket has not taken yet; more than 0 is pressure. */
  bufferedBytes(): number;
  /** Runs `write`, which sends several messages, as one write to the socket. */
  cork(write: () => void): void;
  /** Closes after what was accepted, with a code and a reason for the other side. */
  end(code: number, reason: string): void;
  /** Closes at once; what the socket has not taken is lost. */
  terminate(): void;
}
