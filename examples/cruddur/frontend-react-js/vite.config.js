// Where React's own starter would have been: the same variables (REACT_APP_*), the same port, `npm start`.
export default {
  envPrefix: "REACT_APP_",
  esbuild: { jsx: "automatic" },
  server: { port: 3000, strictPort: true },
  build: { outDir: "build" },
};
