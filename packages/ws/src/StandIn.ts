/**
 * The connection of a socket that is refused: it has closed before it could take anything. A program that asks for it
 * in its `connection` listener is refused as it would be by any connection that has closed, and goes on.
 */
import { Actor, type CloseOptions, defaultTraits, Flusher, SendStatus } from "@sluice/runtime";
import {
  byteLength,
  type HubConnection,
  type Message,
  ServerConnection,
} from "@sluice/runtime/adapter";

/** A connection that has closed: with the code and the reason of its refusal, or because its socket is gone. */
export function standIn(refusal: CloseOptions | undefined): HubConnection {
  const flusher = new Flusher();
  const transport = {
    traits: defaultTraits,
    send: () => SendStatus.refused,
    bufferedBytes: () => 0,
    batch: (write: () => void) => write(),
    end: () => {},
    terminate: () => {},
  };
  const actor = new Actor<Message>({ transport, flusher, sizeOf: byteLength });
  if (refusal === undefined) actor.disconnected();
  else actor.evict(refusal);
  flusher.flush();
  return new ServerConnection(actor);
}
