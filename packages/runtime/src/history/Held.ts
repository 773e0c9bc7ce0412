/** A channel that is joined while somebody catches up with it, though nobody may be subscribed to it yet. */
import { accepted, configuration } from "@sluice/core";
import type { Channels } from "../channels/Channels.js";
import type { Member } from "../hub/Member.js";

const losesAll = configuration({ overflow: "drop-all" });

/** Returns how to let go of it. @throws {ChannelError} as a subscription does. */
export function held(channels: Channels<Member>, channel: string): () => void {
  const holder = {
    isOpen: true,
    configuration: losesAll,
    awake: undefined,
    reader: undefined,
    take: () => accepted,
  } as unknown as Member;
  channels.subscribe(holder, channel);
  return () => void channels.unsubscribe(holder, channel);
}
