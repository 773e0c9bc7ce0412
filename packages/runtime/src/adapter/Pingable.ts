/** What can be asked by pings: a socket, or whatever stands for one. */
export interface Pingable {
  /**
   * Sends a ping behind everything that was sent. The other side answers with the same payload when it has received what
   * was before it. False when it could not be sent: it may be tried again.
   */
  ping(payload: string): boolean;
  /** Whether nothing that the other side says is heard for now: its answers wait. */
  readonly isDeaf?: boolean;
}

/** What the other side has not been seen to receive, of a connection that ends. */
export interface Unread {
  /** Asks behind the last byte. */
  ask(): void;
  /** Calls `listener` when everything has been received. */
  whenRead(listener: () => void): void;
}
