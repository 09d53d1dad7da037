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
export function getJson<T>(path: string, params: Params, signal: AbortSignal): Promise<T> {
  return ask<T>(apiUrl(path, params), { signal });
}

/** Changes something below /api/v1, or asks a vendor's own API (a path that begins with `/`). */
export function sendJson<T>(method: "POST" | "PATCH", path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return ask<T>(path.startsWith("/") ? path : apiUrl(path), {
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
    ...(signal ? { signal } : {}),
  });
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  const aborted = () => init.signal?.aborted ?? false;
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers: { accept: "application/json", ...init.headers } });
  } catch (error) {
    if (aborted()) throw error;
    throw new ApiError("offline", "The server does not answer. Is it still running?");
  }
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    if (aborted()) throw error;
    throw new ApiError("unreadable", `The server answered ${response.status} with something that is not JSON.`);
  }
  if (!response.ok) throw errorOf(response.status, body);
  return body as T;
}

/** In the words of the page's API, or of AWS's. */
function errorOf(status: number, body: unknown): ApiError {
  const said = body as { error?: { code?: string; message?: string }; message?: string; Message?: string };
  const code = said.error?.code ?? (status === 504 ? "deadline_exceeded" : String(status));
  return new ApiError(code, said.error?.message ?? said.Message ?? said.message ?? `The server answered ${status}.`);
}

export function toFailure(error: unknown): Failure {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  return { code: "page", message: error instanceof Error ? error.message : String(error) };
}
