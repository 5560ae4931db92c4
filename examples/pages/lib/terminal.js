// Shared by these pages: received lines are shown, typed lines are sent.

const byId = (id) => document.getElementById(id);

export function say(text) {
  byId("status").textContent = text;
}

export function show(text) {
  byId("log").append(text);
}

/** Connects the page's log and form to a socket, until the socket is closed. */
export async function converse(socket) {
  const writer = socket.writable.getWriter();
  const controls = byId("form").elements;
  const enable = (on) => {
    for (const control of controls) control.disabled = !on;
  };
  byId("form").onsubmit = (event) => {
    event.preventDefault();
    const line = byId("line");
    show(`> ${line.value}\n`);
    writer.write(new TextEncoder().encode(`${line.value}\n`)).catch(() => {}); // `closed` reports it
    line.value = "";
  };
  enable(true);
  byId("line").focus();
  try {
    for await (const text of socket.readable.pipeThrough(new TextDecoderStream())) show(text);
    await writer.close();
    await socket.closed;
    say("Closed.");
  } catch (error) {
    say(`${error.code}: ${error.message}`);
  } finally {
    enable(false);
  }
}
