/** How much room a member has for what comes by a bus. */
import type { Member } from "../hub/Member.js";
import type { Room } from "./Bus.js";

const endless: Room = { messages: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
const none: Room = { messages: 0, bytes: 0 };

/** Of one that loses nothing; what is given to others never waits. What holds nothing has room for any message. */
export function memberRoom({ awake, configuration, isOpen }: Member): Room {
  if (configuration.overflow !== "block" || !isOpen) return endless;
  const { maxMessages, maxBytes } = configuration;
  if (awake === undefined) return { messages: maxMessages, bytes: Number.POSITIVE_INFINITY };
  const { outbox, reading } = awake;
  // Senders come first: an offer finds no room beside one that is blocked.
  if (outbox.waiting > 0) return none;
  const messages = outbox.length + (reading?.pending.messages ?? 0);
  if (messages === 0) return { messages: maxMessages, bytes: Number.POSITIVE_INFINITY };
  const bytes = outbox.bytes + (reading?.pending.bytes ?? 0);
  if (messages >= maxMessages || bytes >= maxBytes) return none;
  return { messages: maxMessages - messages, bytes: maxBytes - bytes };
}

/** Of the one that has least. */
export function leastRoom(members: Iterable<Member>): Room {
  let { messages, bytes } = endless;
  for (const member of members) {
    const room = memberRoom(member);
    messages = Math.min(messages, room.messages);
    bytes = Math.min(bytes, room.bytes);
  }
  return { messages, bytes };
}
