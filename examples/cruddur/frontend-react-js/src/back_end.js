import { backEndUrl } from "./addresses.js";
import { traced } from "./tracing.js";

/** Asks the back end as part of a click called `click`; its JSON, or an Error with what it said. */
export function ask(click, path, sent) {
  return traced(click, async () => {
    const answer = await fetch(backEndUrl + path, {
      method: sent ? "POST" : "GET",
      headers: sent ? { "Content-Type": "application/json" } : {},
      body: sent ? JSON.stringify(sent) : undefined,
    });
    if (!answer.ok) throw new Error(await reason(answer));
    return answer.json();
  });
}

async function reason(answer) {
  const body = await answer.json().catch(() => ({}));
  return `${answer.status} ${(body.errors ?? [answer.statusText]).join(", ")}`;
}
