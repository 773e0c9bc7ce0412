/** Is subscribed to a channel for a member that is to have a snapshot first: what is published meanwhile is held back. */
import { configuration, type Label, type OfferResult, type Outbox } from "@sluice/core";
import type { Limited } from "../actor/Lanes.js";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import type { Listener } from "../channels/Audience.js";
import type { Member } from "../hub/Member.js";

/** It is bounded by its outbox, and keeps nobody waiting. */
const losesAll = configuration({ overflow: "drop-all" });

export class StandIn implements Listener {
  readonly standsFor: Member;
  readonly reader = undefined;
  readonly awake = undefined;
  readonly configuration = losesAll;
  readonly #held: Outbox<Message>;

  constructor(member: Member, held: Outbox<Message>) {
    this.standsFor = member;
    this.#held = held;
  }

  get isOpen(): boolean {
    return this.standsFor.isOpen;
  }

  take(frame: Frame, bytes: number, limits?: Limited, label?: Label<Message>): OfferResult {
    const now = limits?.configuration ?? this.standsFor.configuration;
    if (this.#held.configuration !== now) this.#held.reconfigure(now);
    return this.standsFor.actor.takeInto(this.#held, frame, bytes, label);
  }
}
