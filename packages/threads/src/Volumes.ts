/** Messages and bytes, counted together. */
import type { Volume } from "@sluice/core";

export class Volumes implements Volume {
  messages = 0;
  bytes = 0;

  add(bytes: number): void {
    this.messages++;
    this.bytes += bytes;
  }

  remove({ messages, bytes }: Volume): void {
    this.messages -= messages;
    this.bytes -= bytes;
  }

  include({ messages, bytes }: Volume): void {
    this.messages += messages;
    this.bytes += bytes;
  }

  get shown(): Volume {
    const { messages, bytes } = this;
    return { messages, bytes };
  }
}
