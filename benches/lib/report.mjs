// Results as a table for the terminal and for docs/performance.md, and as bars.

const number = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** `{ title, unit, baseline, rows }` as Markdown; ratios with their quartiles in parentheses. */
export function markdown({ title, unit, rows }) {
  const lines = rows.map(({ name, time, ratio }) => [
    name,
    `${number(time.median)} ${unit}`,
    `${number(ratio.median)} (${number(ratio.q1)} to ${number(ratio.q3)})`,
  ]);
  const head = ["what", "median", `against ${rows[0].name} (quartiles)`];
  const table = [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`);
  return [`### ${title}`, "", ...table, ""].join("\n");
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** The ratios as bars, with their quartiles as a line. */
export function svg({ title, rows }) {
  const [left, width, height] = [300, 420, 24];
  const most = Math.max(...rows.map(({ ratio }) => ratio.q3));
  const x = (value) => (left + (value / most) * width).toFixed(1);
  const bars = rows.map(({ name, ratio }, place) => {
    const y = 40 + place * height;
    return [
      `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${escaped(name)}</text>`,
      `<rect x="${left}" y="${y + 3}" width="${(x(ratio.median) - left).toFixed(1)}" height="14" fill="#4a7ab5"/>`,
      `<path d="M${x(ratio.q1)} ${y + 10}H${x(ratio.q3)}" stroke="#111" stroke-width="2"/>`,
      `<text x="${Number(x(Math.max(ratio.median, ratio.q3))) + 6}" y="${y + 14}">${number(ratio.median)}</text>`,
    ].join("");
  });
  const size = `width="${left + width + 70}" height="${56 + rows.length * height}"`;
  const style = "<style>text{font:12px sans-serif;fill:#111}</style>";
  const paper = `<rect width="100%" height="100%" fill="#fff"/>`;
  const heading = `<text x="12" y="22" font-weight="bold">${escaped(title)}: time against ${escaped(rows[0].name)}</text>`;
  const name = `<title>${escaped(title)}</title>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${name}${style}${paper}${heading}${bars.join("")}</svg>\n`;
}
