export const backEndUrl = import.meta.env.REACT_APP_BACKEND_URL ?? "http://localhost:4567";
export const tracesUrl = `${import.meta.env.REACT_APP_OTLP_ENDPOINT ?? "http://localhost:4318"}/v1/traces`;
