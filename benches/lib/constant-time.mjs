// Samples of the package's classes for `npm run constant-time`, in any engine: operations on secret values, for two kinds
// of input that an attacker could tell apart if their times differed. The kinds take turns at random.

const KEY = new Uint8Array(32).fill(1);
const WRONG = new Uint8Array(32).fill(2);
const MANY = 1_000;

/** The bytes with one bit changed. */
function differing(bytes, at) {
  const copy = bytes.slice();
  copy[at] ^= 1;
  return copy;
}

const identity = (number) => new TextEncoder().encode(`device-${String(number).padStart(4, "0")}`);

/**
 * Takes samples of everything. `core` has the classes of the package. Each result is a name and the milliseconds of the
 * samples of both kinds.
 *
 * @param {number} samples of both kinds together
 * @param {number} operations for each sample: more where the clock is coarse
 */
export function takeSamples({ Config, Connection, ExternalPsk }, samples, operations) {
  const config = (role, numbers, secret) => {
    const made = new Config(role);
    made.setAllowBothRoles(true);
    for (const number of numbers) {
      const psk = new ExternalPsk(identity(number), secret);
      made.appendPsk(psk);
      psk.free();
    }
    return made;
  };
  const hello = (number, secret) => {
    const client = new Connection(config("client", [number], secret));
    client.start();
    return client.pollTransmit();
  };

  const server = config(
    "server",
    Array.from({ length: MANY }, (_, number) => number),
    KEY,
  );
  const refused = (first) => {
    const connection = new Connection(server);
    try {
      connection.receive(first);
    } catch {
      return true; // decrypt_error
    } finally {
      connection.free();
    }
    return false;
  };

  const tag = crypto.getRandomValues(new Uint8Array(32));
  const tags = [differing(tag, 0), differing(tag, 31)];
  const stopsEarly = (other) => {
    let times = 0;
    for (let round = 0; round < 2_000; round++) {
      let at = 0;
      while (at < 32 && tag[at] === other[at]) at++;
      if (at < 32) times++;
    }
    return times === 2_000;
  };
  const [first, last, unknown] = [0, MANY - 1, MANY].map((number) => hello(number, WRONG));
  // with the right key, so that only the changed byte differs
  const right = hello(0, KEY);
  const binders = [differing(right, right.length - 32), differing(right, right.length - 1)];

  const results = [];
  for (const [name, inputs, operation] of [
    ["control: a comparison that stops early", tags, stopsEarly],
    ["a wrong key, for the first or the last identity of 1,000", [first, last], refused],
    ["a wrong key, for a known or an unknown identity", [first, unknown], refused],
    ["a binder in a ClientHello, wrong at first or at last", binders, refused],
  ]) {
    for (let round = 0; round < 500; round++) operation(inputs[round & 1]); // compiled by now
    const taken = [[], []];
    for (let round = 0; round < samples; round++) {
      const kind = Math.random() < 0.5 ? 0 : 1;
      const input = inputs[kind];
      const start = performance.now();
      for (let operated = 0; operated < operations; operated++) {
        if (!operation(input)) throw new Error(`${name}: it succeeded`);
      }
      taken[kind].push(performance.now() - start);
    }
    results.push([name, ...taken]);
  }
  return results;
}
