// JSON as text. Nothing of it is read as numbers, so that no digit is lost.

const kTwo = "  ";

/** The same document with line ends and indents; text that is no JSON stays as it is. */
export function indentJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let out = "";
  let depth = 0;
  const newLine = () => `\n${kTwo.repeat(depth)}`;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    if (token === "{" || token === "[") {
      out += token;
      depth++;
      out += newLine();
    } else if (token === "}" || token === "]") {
      depth--;
      // An empty one stays on its line.
      out = /[{[]\s*$/.test(out) ? out.trimEnd() + token : out + newLine() + token;
    } else if (token === ",") {
      out += token + newLine();
    } else {
      out += token === ":" ? ": " : token;
    }
  }
  return out;
}
