// Rollbar in the browser: what nobody expected, in the page or in an answer, with the ids of the click that met it.
import Rollbar from "rollbar";
import { rollbarToken, rollbarUrl } from "./addresses.js";

const kFault = 500; // HTTP's, from here on; what lies below is the visitor's mistake

const rollbar = new Rollbar({
  enabled: rollbarToken !== "",
  accessToken: rollbarToken,
  endpoint: rollbarUrl,
  environment: "production",
  captureUncaught: true,
  captureUnhandledRejections: true,
});

/** Reports `error` unless it is an answer that blames the visitor. `span`: the click's. */
export function report(error, span) {
  if (error.status < kFault) return;
  const { traceId, spanId } = span.spanContext();
  rollbar.error(error, { trace_id: traceId, span_id: spanId });
}
