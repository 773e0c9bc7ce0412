/** The origins of the command line, checked by the rule that judges every page. */
import { ConfigurationError } from "@sluice/core";
import { type OriginOptions, OriginRule } from "@sluice/uws";

/** Undefined when one of them is no origin; which, and what an origin is, has been said then. */
export function checkedOrigins(allow: ReadonlyArray<string>): OriginOptions | undefined {
  try {
    new OriginRule({ allow });
    return { allow };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const { value, rule } of error.problems) {
      console.error(`error: --origin (${JSON.stringify(value)}) ${rule}`);
    }
    return undefined;
  }
}
