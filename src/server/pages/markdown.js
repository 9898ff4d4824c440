// As much Markdown as the description uses: paragraphs, lists, tables, **bold**, *italic*, `code`, [links](...).
import { el } from "/dom.js";

/** Nodes for a line of text. */
export function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*|\[[^\]]+\]\([^)\s]+\))/).map((piece) => {
    if (piece.startsWith("`")) return el("code", {}, piece.slice(1, -1));
    if (piece.startsWith("**")) return el("b", {}, inline(piece.slice(2, -2)));
    if (/^\*.+\*$/.test(piece)) return el("em", {}, inline(piece.slice(1, -1)));
    const link = piece.match(/^\[([^\]]+)\]\(((?:https?:|\/|#)[^)]*)\)$/);
    return link ? el("a", { href: link[2] }, link[1]) : piece;
  });
}

function table(lines) {
  const rows = lines.map((line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim()));
  const [head, , ...body] = rows;
  return el("div.scroll", {}, el("table", {},
    el("thead", {}, el("tr", {}, head.map((cell) => el("th", { scope: "col" }, inline(cell))))),
    el("tbody", {}, body.map((row) => el("tr", {}, row.map((cell) => el("td", {}, inline(cell))))))));
}

/** Nodes for a text of several paragraphs. */
export function markdown(text = "") {
  return text.trim().split(/\n\s*\n/).filter(Boolean).map((block) => {
    const lines = block.split("\n");
    if (lines[0].startsWith("|")) return table(lines);
    if (lines[0].startsWith("- ")) {
      return el("ul", {}, block.split(/\n?- /).filter(Boolean).map((item) => el("li", {}, inline(item.replaceAll("\n", " ")))));
    }
    return el("p", {}, inline(lines.join(" ")));
  });
}
