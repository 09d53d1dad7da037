// One way to ask the server. Answers are JSON; instants and durations come as decimal text and leave here as bigint.

import type { Failure } from "../model/remote";

export class ApiError extends Error implements Failure {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export type Params = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `path` below /api/v1, with the parameters that are not empty. */
export function apiUrl(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of value === undefined ? [] : typeof value === "string" ? [value] : value) {
      if (one !== "") query.append(name, one);
    }
  }
  const text = query.toString();
  return `/api/v1/${path}${text === "" ? "" : `?${text}`}`;
}

/** Throws ApiError; code `offline` when no answer came, `unreadable` when it was not JSON. */
export async function getJson<T>(path: string, params: Params, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path, params), { signal, headers: { accept: "application/json" } });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError("offline", "The server does not answer. Is it still running?");
  }
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError("unreadable", `The server answered ${response.status} with something that is not JSON.`);
  }
  if (!response.ok) {
    const said = (body as { error?: { code?: string; message?: string } }).error;
    throw new ApiError(
      said?.code ?? String(response.status),
      said?.message ?? `The server answered ${response.status}.`,
    );
  }
  return body as T;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  return { code: "page", message: error instanceof Error ? error.message : String(error) };
}
