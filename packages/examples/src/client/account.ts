/** What a client of a server with `gaps: true` had of each topic, and what it knows that it did not get. */
export function accountOf(socket: Pick<WebSocket, "addEventListener">) {
  const account = new Map<string, { had: number; missing: number }>();
  socket.addEventListener("message", ({ data }) => {
    const { type, topic, count } = JSON.parse(`${data}`);
    const { had, missing } = account.get(topic) ?? { had: 0, missing: 0 };
    if (type === "gap") account.set(topic, { had, missing: missing + count });
    else account.set(topic, { had: had + 1, missing });
  });
  return account;
}
