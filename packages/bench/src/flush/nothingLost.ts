/** That a way of sending by Sluice has sent all. */

interface Server {
  readonly connections: Iterable<{ stats(): Readonly<Record<"delivered" | "offered", Count>> }>;
}

interface Count {
  readonly messages: number;
}

/** What was dropped was not sent, and must not count as if it had been. */
export function checkNothingLost(server: Server): void {
  for (const connection of server.connections) {
    const { delivered, offered } = connection.stats();
    if (delivered.messages === offered.messages) continue;
    throw new Error(`Sluice delivered ${delivered.messages} of ${offered.messages} messages`);
  }
}
