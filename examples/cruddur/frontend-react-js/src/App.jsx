import { useEffect, useState } from "react";
import { ask } from "./back_end.js";

const kPages = [
  { name: "Home", path: "/api/activities/home" },
  { name: "Notifications", path: "/api/activities/notifications" },
  { name: "Worf", path: "/api/activities/@worf" },
  { name: "Messages with Garak", path: "/api/messages/@garak" },
  { name: "Messages with nobody", path: "/api/messages/@nobody" },
];

export function App() {
  const [shown, setShown] = useState({ name: "", entries: [], says: "" });

  async function show(click, name, path) {
    setShown({ name, entries: [], says: "…" });
    try {
      const entries = await ask(click, path);
      setShown({ name, entries, says: entries.length ? "" : "Nothing here." });
    } catch (error) {
      setShown({ name, entries: [], says: error.message });
    }
  }

  useEffect(() => {
    show("open home", kPages[0].name, kPages[0].path);
  }, []);

  return (
    <>
      <nav>
        <strong>Cruddur</strong>
        {kPages.map(({ name, path }) => (
          <button key={path} type="button" onClick={() => show(`click ${name}`, name, path)}>
            {name}
          </button>
        ))}
        <Search show={show} />
      </nav>
      <main>
        <Write />
        <h1>{shown.name}</h1>
        {shown.says && <p role="status">{shown.says}</p>}
        {shown.entries.map((entry) => (
          <Entry key={entry.uuid} entry={entry} />
        ))}
      </main>
    </>
  );
}

function Search({ show }) {
  const [term, setTerm] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        show("search", `Search: ${term}`, `/api/activities/search?term=${encodeURIComponent(term)}`);
      }}
    >
      <input aria-label="Search" placeholder="Search" value={term} onChange={(event) => setTerm(event.target.value)} />
    </form>
  );
}

function Write() {
  const [message, setMessage] = useState("");
  const [says, setSays] = useState("");
  async function send(event) {
    event.preventDefault();
    try {
      const made = await ask("write", "/api/activities", { message, ttl: "7-days" });
      setSays(`Said until ${new Date(made.expires_at).toLocaleString()}.`);
      setMessage("");
    } catch (error) {
      setSays(error.message);
    }
  }
  return (
    <form onSubmit={send}>
      <input
        aria-label="Message"
        placeholder="What would you like to say?"
        value={message}
        onChange={(event) => setMessage(event.target.value)}
      />
      <button type="submit">Crud</button>
      {says && <span role="status">{says}</span>}
    </form>
  );
}

function Entry({ entry }) {
  return (
    <article>
      <b>@{entry.handle}</b> <time>{new Date(entry.created_at).toLocaleString()}</time>
      <p>{entry.message}</p>
      {entry.replies?.map((reply) => (
        <Entry key={reply.uuid} entry={reply} />
      ))}
    </article>
  );
}
