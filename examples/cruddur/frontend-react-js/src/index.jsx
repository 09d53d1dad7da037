import "./tracing.js";
import { createRoot } from "react-dom/client";
import { App } from "./App.jsx";
import "./App.css";

createRoot(document.getElementById("root")).render(<App />);
