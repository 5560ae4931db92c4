// Side by side: each round takes a sample of every contender, so that a machine that slows down slows all of them.

/** The CPU time of this process during `work`, user and system, in microseconds. */
export async function cpuTime(work) {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

/** Median and quartiles. */
export function quartiles(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { q1: at(0.25), median: at(0.5), q3: at(0.75), samples: sorted.length };
}

/**
 * Measures contenders in turn. Each is `{ name, run, count }`: one sample is `count` calls of `run`, whose result is
 * awaited, divided by `count`. The first contender is what the others are compared with.
 *
 * The ratio of a contender is the median of its ratios round by round, with their quartiles: the two samples of a round
 * were taken one after the other.
 *
 * @returns rows `{ name, time: quartiles in microseconds, ratio: quartiles }`
 */
export async function compare(contenders, { rounds = 15, warmUp = 3, measure = cpuTime } = {}) {
  const times = contenders.map(() => []);
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [place, { run, count = 1 }] of contenders.entries()) {
      const time = await measure(async () => {
        for (let call = 0; call < count; call++) await run();
      });
      if (round >= warmUp) times[place].push(time / count);
    }
  }
  return contenders.map(({ name }, place) => ({
    name,
    time: quartiles(times[place]),
    ratio: quartiles(times[place].map((time, round) => time / times[0][round])),
  }));
}
