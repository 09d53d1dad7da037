import { backEndUrl } from "./addresses.js";
import { report } from "./errors.js";
import { traced } from "./tracing.js";

/** An answer that is not what was asked for; `status` is HTTP's. */
class Refusal extends Error {
  name = "Refusal";
  constructor(status, why) {
    super(`${status} ${why}`);
    this.status = status;
  }
}

/** Asks the back end as part of a click called `click`; its JSON, or an Error with what it said. */
export function ask(click, path, sent) {
  return traced(click, async (span) => {
    try {
      const answer = await fetch(backEndUrl + path, {
        method: sent ? "POST" : "GET",
        headers: sent ? { "Content-Type": "application/json" } : {},
        body: sent ? JSON.stringify(sent) : undefined,
      });
      if (!answer.ok) throw new Refusal(answer.status, await reason(answer));
      return await answer.json();
    } catch (error) {
      report(error, span);
      throw error;
    }
  });
}

async function reason(answer) {
  const body = await answer.json().catch(() => ({}));
  return (body.errors ?? [answer.statusText]).join(", ");
}
