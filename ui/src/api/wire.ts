// The server's answers as they are on the wire: docs/protocols/ui.md says what each field means.

export interface WireStatus {
  readonly version: string;
  readonly started: string;
  readonly now: string;
  readonly storage: { readonly rows: string; readonly disk_bytes: string };
  readonly clients: readonly {
    readonly client: string;
    readonly accepted: string;
    readonly rejected: string;
    readonly last: string | null;
  }[];
}

export interface WireServices {
  readonly from: string;
  readonly to: string;
  /** Width of one bucket of the series. */
  readonly step: string;
  readonly services: readonly {
    readonly service: string;
    readonly requests: number;
    readonly errors: number;
    readonly spans: number;
    /** Nanoseconds; null without a request. */
    readonly p50: string | null;
    readonly p95: string | null;
    readonly p99: string | null;
    readonly last: string;
    readonly request_series: readonly number[];
    readonly error_series: readonly number[];
  }[];
  readonly protocols: readonly {
    readonly protocol: string;
    readonly spans: number;
    readonly logs: number;
    readonly last: string;
    readonly series: readonly number[];
  }[];
}

export interface WireTraces {
  readonly from: string;
  readonly to: string;
  readonly traces: readonly {
    readonly trace_id: string;
    readonly start: string;
    readonly duration: string;
    readonly root: { readonly service: string; readonly name: string; readonly missing: boolean };
    readonly spans: number;
    readonly errors: number;
    readonly services: readonly { readonly service: string; readonly spans: number }[];
    readonly protocols: readonly string[];
  }[];
  /** For the next, older page; null at the end. */
  readonly cursor: string | null;
}

export interface WireTrace {
  readonly trace_id: string;
  /** The id as the client wrote it, where hex does not say it; else "". */
  readonly text: string;
  readonly truncated: boolean;
  readonly logs: number;
  /** Errors that clients reported: occurrences and exceptions. */
  readonly errors: number;
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly protocols: readonly string[];
  /** One array a column, all of one length. `service`, `name` and `protocol` are places in the lists above. */
  readonly spans: {
    readonly id: readonly string[];
    readonly parent: readonly string[];
    readonly start: readonly string[];
    readonly duration: readonly string[];
    readonly service: readonly number[];
    readonly name: readonly number[];
    readonly protocol: readonly number[];
    readonly kind: readonly number[];
    readonly status: readonly number[];
  };
}

export type ValueType = "string" | "int" | "double" | "bool" | "array" | "map" | "bytes" | "empty";

/** An attribute with its type; `text` is the value as people read it, arrays and maps as JSON. */
export interface WireAttribute {
  readonly key: string;
  readonly type: ValueType;
  readonly text: string;
}

/** A resource or scope: who made the row. What was not sent is "", 0 or []. */
export interface WireProducer {
  readonly name: string;
  readonly version: string;
  readonly attributes: readonly WireAttribute[];
  readonly schema_url: string;
  readonly dropped_attributes_count: number;
  readonly entity_refs: readonly unknown[];
}

export interface WireSpan {
  readonly span_id: string;
  readonly span_id_text: string;
  readonly parent_span_id: string;
  readonly parent_span_id_text: string;
  readonly trace_state: string;
  readonly flags: number;
  readonly start: string;
  readonly duration: string;
  readonly received: string;
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly status: number;
  readonly status_message: string;
  readonly protocol: string;
  readonly dataset: string;
  readonly environment: string;
  readonly sample_rate: number;
  readonly dropped_attributes_count: number;
  readonly dropped_events_count: number;
  readonly dropped_links_count: number;
  readonly attributes: readonly WireAttribute[];
  readonly resource: WireProducer;
  readonly scope: WireProducer;
  readonly events: readonly {
    readonly time: string;
    readonly name: string;
    readonly attributes: readonly WireAttribute[];
    readonly dropped_attributes_count: number;
  }[];
  readonly links: readonly {
    readonly trace_id: string;
    readonly span_id: string;
    readonly trace_state: string;
    readonly flags: number;
    readonly attributes: readonly WireAttribute[];
    readonly dropped_attributes_count: number;
  }[];
}

/** The span, and how many more have the same id in this trace (a client that sent it twice). */
export interface WireSpanAnswer {
  readonly span: WireSpan;
  readonly others: number;
}

export interface WireLog {
  readonly time: string;
  /** As sent; "0" for none. */
  readonly sent_time: string;
  readonly observed_time: string;
  readonly received: string;
  readonly service: string;
  readonly protocol: string;
  readonly dataset: string;
  readonly environment: string;
  readonly sample_rate: number;
  readonly severity_number: number;
  readonly severity_text: string;
  readonly event_name: string;
  readonly body: string;
  readonly body_type: string;
  readonly trace_id: string;
  readonly trace_id_text: string;
  readonly span_id: string;
  readonly span_id_text: string;
  readonly flags: number;
  readonly attributes: readonly WireAttribute[];
  readonly dropped_attributes_count: number;
  readonly resource: WireProducer;
  readonly scope: WireProducer;
}

export interface WireLogs {
  readonly from: string;
  readonly to: string;
  readonly logs: readonly WireLog[];
  readonly cursor: string | null;
}

export interface WireLogHistogram {
  readonly from: string;
  readonly to: string;
  readonly step: string;
  /** Start of the first step. */
  readonly first: string;
  readonly count: number;
  /** No severity, trace, debug, info, warn, error, fatal. */
  readonly levels: readonly (readonly number[])[];
  readonly sources: readonly { readonly service: string; readonly protocol: string; readonly logs: number }[];
}

export interface WireTraceErrors {
  readonly truncated: boolean;
  readonly errors: readonly WireTraceError[];
}

export interface WireTraceError {
  readonly time: string;
  readonly span_id: string;
  readonly protocol: string;
  readonly service: string;
  readonly environment: string;
  readonly level: string;
  readonly language: string;
  readonly exception_type: string;
  readonly exception_message: string;
  readonly stacktrace: string;
  readonly attributes: readonly WireAttribute[];
  readonly resource: WireProducer;
}

export interface WireDocuments {
  readonly truncated: boolean;
  readonly documents: readonly {
    readonly time: string;
    readonly span_id: string;
    readonly kind: string;
    readonly key: string;
    readonly protocol: string;
    readonly service: string;
    /** Byte for byte as it came. */
    readonly document: string;
  }[];
}

export interface WireFields {
  readonly fields: readonly { readonly key: string }[];
}

export interface WireValues {
  readonly values: readonly { readonly value: string }[];
}

export interface WireRejected {
  readonly since: string;
  readonly rejected: readonly {
    readonly protocol: string;
    /** Who sent it: its User-Agent or address. */
    readonly client: string;
    readonly reason: string;
    /** What the client was told. */
    readonly detail: string;
    readonly requests: string;
    /** Spans, records or events refused; 0 where a whole request could not be read. */
    readonly records: string;
    readonly last: string;
    /** The first bytes of the last one, escaped: printable ASCII as it is, the rest as \xNN. */
    readonly example: string;
    readonly remedy: string;
  }[];
}
