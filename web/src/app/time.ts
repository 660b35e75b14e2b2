import { useMemo } from 'react';
import { useLocale, type Locale } from '../i18n/i18n';

export interface Times {
  /** As short as is clear: 14:05, Tue, 3 Mar, 3 Mar 2024. */
  brief(iso: string): string;
  clock(iso: string): string;
  day(iso: string): string;
  /** Month and year. */
  month(iso: string): string;
  /** Day and time in full. */
  full(iso: string): string;
}

const made = new Map<string, Times>();

/** Dates as the reader's language and region write them. */
export function useTimes(): Times {
  const locale = useLocale();
  return useMemo(() => {
    const known = made.get(locale.tag) ?? newTimes(locale);
    made.set(locale.tag, known);
    return known;
  }, [locale]);
}

/** Formatters cost far more to make than to use, so each is made once. */
function newTimes({ tag, t }: Locale): Times {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, options);
  const clock = format({ timeStyle: 'short' });
  const weekday = format({ weekday: 'short' });
  const dayMonth = format({ day: 'numeric', month: 'short' });
  const dated = format({ day: 'numeric', month: 'short', year: 'numeric' });
  const longDay = format({ weekday: 'long', day: 'numeric', month: 'long' });
  const month = format({ month: 'long', year: 'numeric' });
  const full = format({ dateStyle: 'medium', timeStyle: 'short' });
  return {
    brief(iso) {
      const date = new Date(iso);
      const days = daysAgo(date);
      if (days <= 0) return clock.format(date);
      if (days < 7) return weekday.format(date);
      return thisYear(date) ? dayMonth.format(date) : dated.format(date);
    },
    clock: (iso) => clock.format(new Date(iso)),
    day(iso) {
      const date = new Date(iso);
      const days = daysAgo(date);
      if (days <= 0) return t('time.today');
      if (days === 1) return t('time.yesterday');
      return thisYear(date) ? longDay.format(date) : dated.format(date);
    },
    month: (iso) => month.format(new Date(iso)),
    full: (iso) => full.format(new Date(iso)),
  };
}

const thisYear = (date: Date) => date.getFullYear() === new Date().getFullYear();
const daysAgo = (date: Date) => Math.round((+startOfDay(new Date()) - +startOfDay(date)) / 86_400_000);

function startOfDay(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

export function sameDay(a: string, b: string): boolean {
  return +startOfDay(new Date(a)) === +startOfDay(new Date(b));
}

/** Messages of one person within this time stand together. */
export function closeInTime(a: string, b: string): boolean {
  return Math.abs(Date.parse(a) - Date.parse(b)) < 5 * 60_000;
}
