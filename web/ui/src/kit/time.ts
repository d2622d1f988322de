// Instants as people say them, and exactly.

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const WEEK_S = 604_800;

/** "12 seconds ago", "in 3 days"; after a week the day itself says more. */
export function ago(instant: string, now: number): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  if (Math.abs(seconds) < 2) return "just now";
  if (seconds < -WEEK_S) return day(instant, now);
  const [unit, size] = UNITS.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** "3 Mar", with the year where it is another one. */
export function day(instant: string, now = Date.now()): string {
  const date = new Date(instant);
  const isThisYear = date.getUTCFullYear() === new Date(now).getUTCFullYear();
  return date.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    ...(isThisYear ? {} : { year: "numeric" }),
  });
}

/** "1 March 2026". */
export const longDay = (instant: string) =>
  new Date(instant).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

/** "12:00:03", where this browser is. */
export const clock = (instant: string) => new Date(instant).toLocaleTimeString("en-GB");

/** "2026-03-01 12:00:03 UTC": for tooltips. */
export const exact = (instant: string) => `${new Date(instant).toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** "2026-03-01" here and now: for fields that choose a day. */
export function today(now = new Date()): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** Whole days, counting the one that has begun; a clock that is seconds behind makes no day more. */
export const daysUntil = (instant: string, now = Date.now()) =>
  Math.ceil((Date.parse(instant) - now) / 86_400_000 - 0.001);

/** From so many days before its end on one is told that a token ends, by mail too. */
export const EXPIRY_TOLD_DAYS = 30;

/** "expires in 3 days", "expires today", "has expired". */
export function expiry(instant: string, now = Date.now()): string {
  if (Date.parse(instant) <= now) return "has expired";
  const days = daysUntil(instant, now);
  if (days < 1) return "expires today";
  return days === 1 ? "expires in 1 day" : `expires in ${days} days`;
}
