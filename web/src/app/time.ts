const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

const daysAgo = (date: Date) => Math.round((+startOfDay(new Date()) - +startOfDay(date)) / 86_400_000);

function startOfDay(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

/** As short as is clear: 14:05, Tue, 3 Mar, 3 Mar 2024. */
export function briefTime(iso: string): string {
  const date = new Date(iso);
  const days = daysAgo(date);
  if (days <= 0) return clock.format(date);
  if (days < 7) return weekday.format(date);
  return date.getFullYear() === new Date().getFullYear() ? dayMonth.format(date) : full.format(date);
}

export function timeOfDay(iso: string): string {
  return clock.format(new Date(iso));
}

export function dayName(iso: string): string {
  const date = new Date(iso);
  const days = daysAgo(date);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return date.getFullYear() === new Date().getFullYear() ? longDay.format(date) : full.format(date);
}

export function sameDay(a: string, b: string): boolean {
  return +startOfDay(new Date(a)) === +startOfDay(new Date(b));
}

/** Messages of one person within this time stand together. */
export function closeInTime(a: string, b: string): boolean {
  return Math.abs(Date.parse(a) - Date.parse(b)) < 5 * 60_000;
}
