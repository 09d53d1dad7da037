// The variables are read when Vite starts or builds; without them, all is where `make demo` puts it.
const variables = import.meta.env;

export const backEndUrl = variables.REACT_APP_BACKEND_URL ?? "http://localhost:4567";
export const tracesUrl = `${variables.REACT_APP_OTLP_ENDPOINT ?? "http://localhost:4318"}/v1/traces`;
// Rollbar's own unless told; without a token nothing is sent.
export const rollbarUrl = `${variables.REACT_APP_ROLLBAR_ENDPOINT ?? "https://api.rollbar.com/api/1/"}item/`;
export const rollbarToken = variables.REACT_APP_ROLLBAR_ACCESS_TOKEN ?? "";
