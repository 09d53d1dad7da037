// OpenTelemetry in the browser: a click is a trace, each fetch below it a span whose ids go along to the back end, for both of
// its SDKs: traceparent is OpenTelemetry's header, X-Amzn-Trace-Id is X-Ray's. One id in both makes one trace of all.
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { CompositePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { FetchInstrumentation } from "@opentelemetry/instrumentation-fetch";
import { AWSXRayPropagator } from "@opentelemetry/propagator-aws-xray";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { WebTracerProvider } from "@opentelemetry/sdk-trace-web";
import { backEndUrl, rollbarUrl, tracesUrl } from "./addresses.js";

const kExportEveryMs = 1_000;

const provider = new WebTracerProvider({
  resource: resourceFromAttributes({ "service.name": "frontend-react-js" }),
  spanProcessors: [
    new BatchSpanProcessor(new OTLPTraceExporter({ url: tracesUrl }), { scheduledDelayMillis: kExportEveryMs }),
  ],
});
provider.register({
  propagator: new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new AWSXRayPropagator()] }),
});

registerInstrumentations({
  instrumentations: [
    new FetchInstrumentation({
      propagateTraceHeaderCorsUrls: [new RegExp(`^${backEndUrl}/`)],
      ignoreUrls: [tracesUrl, rollbarUrl],
    }),
  ],
});

const tracer = trace.getTracer("cruddur");

/** Runs `work(span)` inside a span of its own, a trace's first. The fetch must begin before the first `await` in `work`. */
export async function traced(name, work) {
  const span = tracer.startSpan(name);
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(span));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
    throw error;
  } finally {
    span.end();
  }
}

