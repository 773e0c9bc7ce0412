/** A channel as others see it. */
export interface ChannelView {
  readonly name: string;
  /** Connections that are subscribed to it, by its name or by a pattern. */
  readonly size: number;
}
