/** What stands before a route: who is admitted, whose pages they are of, and what they ask for. */
import type { WebSocketBehavior } from "uWebSockets.js";
import { type Admission, type OriginOptions, type Sluice, sameOrigin } from "@sluice/uws";
import type { Guests } from "./Guests.js";
import { admit, type Offer, type Visitor } from "./Visitor.js";

/** The same for all routes. */
export interface Entry {
  readonly guests: Guests;
  readonly origins: OriginOptions;
  readonly admission: Admission;
}

/** The behaviour of a route with its entry, under flow control. */
export function wrap(
  sluice: Sluice<Visitor>,
  { guests, origins, admission }: Entry,
  offer: Offer,
  behavior: Omit<WebSocketBehavior<Visitor>, "upgrade">,
): WebSocketBehavior<Visitor> {
  const upgrade = sameOrigin(origins, (response, request, context) =>
    admit(response, request, context, offer, guests.isGuest(request)),
  );
  return sluice.wrap(admission.around({ ...behavior, upgrade }));
}
