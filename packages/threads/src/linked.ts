/** A way between two threads. */
import { MessageChannel, type MessagePort } from "node:worker_threads";

interface Linked {
  link(port: MessagePort): void;
}

export function link(one: Linked, other: Linked): void {
  const { port1, port2 } = new MessageChannel();
  one.link(port1);
  other.link(port2);
}
