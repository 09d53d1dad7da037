import { useState } from "preact/hooks";

/** Copies `text`; says so for a moment, to screen readers too. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await writeClipboard(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" class="copy" onClick={copy} title={label} aria-label={label}>
      <span aria-live="polite">{done ? "copied" : "copy"}</span>
    </button>
  );
}

/** navigator.clipboard exists on https and localhost only; elsewhere the old way still works. */
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
