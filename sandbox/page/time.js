// Instants and wall times in a reader's zone. Instants are milliseconds since 1970.

const formats = new Map();

function format(tz, options) {
  const key = tz + JSON.stringify(options);
  if (!formats.has(key))
    formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone(tz), ...options }));
  return formats.get(key);
}

function zone(tz) {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: tz });
    return tz;
  } catch {
    return "UTC";
  }
}

/** A message's `ts` as an instant. */
export const instantOf = (ts) => Number.parseFloat(ts) * 1000;

/** "09:05" */
export const timeIn = (tz, ms) =>
  format(tz, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);

/** "Wednesday 7 June 2023" */
export const dayIn = (tz, ms) =>
  format(tz, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(ms).replace(",", "");

/** "Wed 7 Jun 2023" */
export const shortDayIn = (tz, ms) =>
  format(tz, { weekday: "short", day: "numeric", month: "short", year: "numeric" })
    .format(ms)
    .replace(",", "");

/** The calendar date there: "2023-06-07". */
export function dateIn(tz, ms) {
  const { year, month, day } = wallParts(tz, ms);
  return `${year}-${month}-${day}`;
}

/** What a `datetime-local` field takes: "2023-06-07T09:05". */
export function wallIn(tz, ms) {
  const { year, month, day, hour, minute } = wallParts(tz, ms);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

function wallParts(tz, ms) {
  const options = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  };
  const parts = {};
  for (const { type, value } of format(tz, options).formatToParts(ms)) parts[type] = value;
  parts.year = parts.year.padStart(4, "0");
  return parts;
}

/** The instant at which clocks in `tz` show `wall` ("2023-06-07T09:05"); of a time shown twice, the first. */
export function instantAt(tz, wall) {
  const asUtc = Date.parse(`${wall}Z`);
  // A zone's offset is between -12 and +14 h: of the offsets around that day, one makes the wall time true.
  const offsets = [asUtc - 864e5, asUtc, asUtc + 864e5].map((ms) => Date.parse(`${wallIn(tz, ms)}Z`) - ms);
  const minute = 60_000;
  const candidates = offsets
    .map((offset) => asUtc - Math.round(offset / minute) * minute)
    .sort((a, b) => a - b);
  const exact = candidates.find((ms) => wallIn(tz, ms) === wall.slice(0, 16));
  return exact ?? candidates[candidates.length - 1];
}

/** "in 3 days", "2 hours ago" */
function agoIn(ms, nowMs) {
  const units = [
    ["day", 864e5],
    ["hour", 36e5],
    ["minute", 6e4],
  ];
  const speak = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const difference = ms - nowMs;
  const [unit, length] = units.find(([, size]) => Math.abs(difference) >= size) ?? ["second", 1000];
  return speak.format(Math.round(difference / length), unit);
}

function prettyDay(tz, ms, nowMs, otherwise) {
  const names = [
    [-864e5, "Yesterday"],
    [0, "Today"],
    [864e5, "Tomorrow"],
  ];
  const named = names.find(([shift]) => dateIn(tz, nowMs + shift) === dateIn(tz, ms));
  return named ? named[1] : otherwise;
}

/** Slack's `<!date^…>` pattern, filled in for an instant: `{date_short_pretty} at {time}` → "Today at 09:05". */
export function fillDatePattern(pattern, ms, { tz, nowMs }) {
  const say = (options) => format(tz, options).format(ms).replace(",", "");
  const long = say({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const short = say({ day: "numeric", month: "short", year: "numeric" });
  const plain = say({ day: "numeric", month: "long", year: "numeric" });
  const tokens = {
    date_num: () => dateIn(tz, ms),
    date_slash: () => say({ day: "2-digit", month: "2-digit", year: "numeric" }),
    date: () => plain,
    date_short: () => short,
    date_long: () => long,
    date_pretty: () => prettyDay(tz, ms, nowMs, plain),
    date_short_pretty: () => prettyDay(tz, ms, nowMs, short),
    date_long_pretty: () => prettyDay(tz, ms, nowMs, long),
    day_divider_pretty: () => prettyDay(tz, ms, nowMs, long),
    time: () => timeIn(tz, ms),
    time_secs: () => say({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
    ago: () => agoIn(ms, nowMs),
  };
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => (tokens[name] ? tokens[name]() : whole));
}
