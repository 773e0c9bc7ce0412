/** A connection that is whole but for its socket, and flushed by hand. */
import {
  Actor,
  defaultTraits,
  Flusher,
  PlainConnection,
  SendStatus,
  type Transport,
} from "@sluice/runtime";
import { byteLength, type Message } from "@sluice/uws";

export class QuietConnection {
  readonly transport = new WillingTransport();
  readonly flusher = new Flusher({ schedule: () => {} });
  readonly actor: Actor<Message>;
  /** What a user of it sees. */
  readonly view: PlainConnection<Message>;

  constructor(configuration: NonNullable<ConstructorParameters<typeof Actor>[0]["configuration"]>) {
    this.actor = new Actor<Message>({
      transport: this.transport,
      flusher: this.flusher,
      sizeOf: byteLength,
      configuration,
    });
    this.view = new PlainConnection(this.actor);
  }
}

/** A socket that takes everything. */
class WillingTransport implements Transport<Message> {
  readonly traits = defaultTraits;
  sent = 0;

  send(): SendStatus {
    this.sent++;
    return SendStatus.sent;
  }

  bufferedBytes(): number {
    return 0;
  }

  batch(write: () => void): void {
    write();
  }

  end(): void {}

  terminate(): void {}
}
