// The man page of the command line, made from the text of its --help.

/** Text escaped for troff: backslashes, and lines that begin like a request. */
const troff = (text) =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^(?=[.'])/gm, "\\&");

/** Options and columns stay unchanged; other lines are paragraphs. */
function body(text) {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((block) => {
      if (!/^ {2}/m.test(block)) return `.PP\n${troff(block.replaceAll("\n", " "))}`;
      const [head, ...rest] = block.split("\n");
      const title = head.startsWith("  ") ? [] : [".PP", troff(head)];
      return [...title, ".nf", troff((title.length > 0 ? rest : [head, ...rest]).join("\n")), ".fi"].join("\n");
    })
    .join("\n");
}

/** The page, of section 1. */
export function manPage({ usage, commands, version }) {
  const sections = Object.entries(commands).map(([name, text]) => `.SH ${name.toUpperCase()}\n${body(text)}`);
  return `${[
    `.TH TLS\\-PSK 1 "" "tls\\-psk ${version}" "User Commands"`,
    ".SH NAME\ntls\\-psk \\- TLS 1.3 with pre\\-shared keys",
    `.SH SYNOPSIS\n${body(usage)}`,
    ...sections,
  ].join("\n")}\n`;
}
