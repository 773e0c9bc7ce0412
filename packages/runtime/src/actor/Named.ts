/** What a connection is called, the services that it runs with, and where what goes wrong around it is told. */
import type { Configuration } from "@sluice/core";
import { Context } from "effect";
import { idPrefix } from "./Among.js";
import { type Identity, nameplate } from "./Nameplate.js";
import { type ErrorListener, type Reporting, report } from "./Reporter.js";
import { hasTracer } from "./Span.js";

export interface NamedOptions extends Identity {
  /** By default a number that no other connection of this process has. */
  readonly id?: string;
  /** The services its fibers run with, the clock among them. */
  readonly context?: Context.Context<never>;
  /**
   * Hears of everything that goes wrong around it and is not thrown at whoever called: what observers and listeners
   * throw, now or later, a transport that fails, a message that could not be sent. By default it is logged.
   */
  readonly errorListener?: ErrorListener;
}

export abstract class Named implements Reporting {
  readonly id: string;
  nameplate: Identity;
  readonly context: Context.Context<never>;
  /** Whether it has a tracer: then its sends have spans. */
  readonly isTraced: boolean;
  readonly errorListener: ErrorListener | undefined;

  constructor(options: NamedOptions) {
    const { id = nextId(), context = Context.empty(), errorListener } = options;
    this.id = id;
    this.nameplate = nameplate(options);
    this.context = context;
    this.isTraced = hasTracer(context);
    this.errorListener = errorListener;
  }

  abstract get outbox(): { readonly configuration: Configuration };

  // It holds itself: see `Holder`.

  get configuration(): Configuration {
    return this.outbox.configuration;
  }

  get actor(): this {
    return this;
  }

  get awake(): this {
    return this;
  }

  get atRest(): never {
    throw new Error("it never rests: it is its own actor");
  }

  /** @internal */
  report(what: string, error: unknown): void {
    report(this, what, error);
  }
}

let made = 0;

/** A number that no other connection of this process has. */
export const nextId = (): string => `${idPrefix()}c${++made}`;
