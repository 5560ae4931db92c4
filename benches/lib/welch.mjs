// Whether two sets of times differ: Welch's t-test, of all samples and of those below some percentiles, as Reparaz,
// Balasch and Verbauwhede propose ("Dude, is my code constant time?"). Slow samples are those that something interrupted.

const BELOW = [0.5, 0.75, 0.9, 0.95, 0.99, 1];

const mean = (samples) => samples.reduce((sum, sample) => sum + sample, 0) / samples.length;

function variance(samples, average) {
  return samples.reduce((sum, sample) => sum + (sample - average) ** 2, 0) / (samples.length - 1);
}

/** The t of the difference between two sets; 0 if neither varies. */
function welch(first, second) {
  const [one, other] = [mean(first), mean(second)];
  const error = Math.sqrt(variance(first, one) / first.length + variance(second, other) / second.length);
  return error === 0 ? 0 : (one - other) / error;
}

/** The largest t among the percentiles, and by which part of the mean the sets differ there. */
export function difference(first, second) {
  const all = [...first, ...second].sort((a, b) => a - b);
  const found = BELOW.map((part) => {
    const limit = all[Math.ceil(part * all.length) - 1];
    const [one, other] = [first, second].map((samples) => samples.filter((sample) => sample <= limit));
    if (Math.min(one.length, other.length) < 100) return { t: 0, share: 0 };
    return { t: Math.abs(welch(one, other)), share: Math.abs(mean(one) - mean(other)) / mean(all) };
  });
  return found.reduce((largest, next) => (next.t > largest.t ? next : largest));
}
