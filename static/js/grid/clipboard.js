// Cells as the clipboard of WPS, Excel and Word gives them: tab-separated text, or an HTML table with merged cells.

/** Rows of cells from tab-separated text; a cell that holds tabs, line ends or quotes stands in quotes. */
export function fromText(text) {
  const source = text.replace(/\r\n?/g, "\n");
  const rows = [[]];
  // A cell is quoted only where the quote opens it and closes before a separator: 5" pipe stays as it is.
  const quoted = /"((?:[^"]|"")*)"(?=[\t\n]|$)/y;
  let position = 0;
  while (position <= source.length) {
    quoted.lastIndex = position;
    const match = source[position] === '"' ? quoted.exec(source) : null;
    let end;
    if (match) {
      rows.at(-1).push(match[1].replaceAll('""', '"'));
      end = quoted.lastIndex;
    } else {
      const ends = [source.indexOf("\t", position), source.indexOf("\n", position)].filter((at) => at >= 0);
      end = ends.length ? Math.min(...ends) : source.length;
      rows.at(-1).push(source.slice(position, end));
    }
    if (source[end] === "\n") {
      rows.push([]);
    }
    position = end + 1;
  }
  return tidy(rows);
}

// Styles are dropped before the text is parsed: the page's content policy would complain of each, and none is needed.
function unstyled(html) {
  return html
    .replace(/<style\b[\s\S]*?<\/style>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, ""));
}

/** Rows of cells from the first table of an HTML text; null where there is none. A merged cell fills its first place. */
export function fromHtml(html) {
  const page = new DOMParser().parseFromString(unstyled(html), "text/html");
  const table = page.querySelector("table");
  if (!table) {
    return null;
  }
  const rows = [];
  [...table.rows].forEach((line, at) => {
    rows[at] ??= [];
    let column = 0;
    for (const cell of line.cells) {
      while (rows[at][column] !== undefined) {
        column += 1;
      }
      const text = textOf(cell);
      for (let down = 0; down < Math.max(1, cell.rowSpan); down += 1) {
        rows[at + down] ??= [];
        for (let right = 0; right < Math.max(1, cell.colSpan); right += 1) {
          rows[at + down][column + right] = down || right ? "" : text;
        }
      }
      column += Math.max(1, cell.colSpan);
    }
  });
  return tidy(rows.slice(0, table.rows.length).map((row) => Array.from(row, (text) => text ?? "")));
}

function textOf(cell) {
  const parts = [];
  const walk = (node) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        parts.push(child.data.replace(/[\r\n\t ]+/g, " "));
      } else if (child.nodeName === "BR") {
        parts.push("\n");
      } else if (child.nodeType === Node.ELEMENT_NODE) {
        const block = /^(P|DIV|LI)$/.test(child.nodeName);
        if (block && parts.length && parts.at(-1) !== "\n") {
          parts.push("\n");
        }
        walk(child);
      }
    }
  };
  walk(cell);
  return parts.join("");
}

function tidy(rows) {
  const clean = rows.map((row) => row.map((text) => text.replace(/\u00a0/g, " ").trim()));
  while (clean.length && clean.at(-1).every((text) => text === "")) {
    clean.pop();
  }
  const width = Math.max(0, ...clean.map((row) => row.length));
  return clean.map((row) => [...row, ...new Array(width - row.length).fill("")]);
}

/** The cells of a paste. Text goes first: it holds what the person saw. HTML where the text has lost the table. */
export function cellsOf(data) {
  const text = data.getData("text/plain");
  const html = data.getData("text/html");
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  const isTable = text.includes("\t");
  const isWhole = isTable && (text.includes('"') || new Set(lines.map((line) => line.split("\t").length)).size === 1);
  if (html && !isWhole) {
    const cells = fromHtml(html);
    if (cells?.length) {
      return cells;
    }
  }
  return fromText(text);
}

/** The same cells as text and as HTML, for the clipboard. */
export function forClipboard(rows) {
  const quote = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const table = document.createElement("table");
  for (const row of rows) {
    const line = table.insertRow();
    for (const text of row) {
      line.insertCell().textContent = text;
    }
  }
  return { text: rows.map((row) => row.map(quote).join("\t")).join("\r\n"), html: table.outerHTML };
}
