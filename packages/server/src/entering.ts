/** Who may connect, as the command line and the environment say it: checked by the rules that judge every visitor. */
import { ConfigurationError } from "@sluice/core";
import { Admission, type AdmissionOptions, type OriginOptions, OriginRule } from "@sluice/uws";

/** The environment's name of the token. */
export const tokenName = "SLUICE_TOKEN";

/** Undefined when one of them is no origin; which, and what an origin is, has been said then. */
export function checkedOrigins(allow: ReadonlyArray<string>): OriginOptions | undefined {
  return checked({ allow }, (options) => new OriginRule(options), "--origin");
}

/** Undefined when the token is none; the rule has been said then. */
export function checkedAdmission(options: AdmissionOptions): AdmissionOptions | undefined {
  return checked(options, (given) => new Admission(given), tokenName);
}

function checked<T>(options: T, use: (options: T) => object, name: string): T | undefined {
  try {
    use(options);
    return options;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const { value, rule } of error.problems) {
      console.error(`error: ${name} (${JSON.stringify(value)}) ${rule}`);
    }
    return undefined;
  }
}
