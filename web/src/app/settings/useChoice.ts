import { useState } from 'react';
import { useAttempt } from '../hooks';

/**
 * What is chosen, shown while the server is being told. The second answers whether the server took
 * it.
 */
export function useChoice<T>(settled: T, change: (value: T) => Promise<unknown>): [T, (value: T) => Promise<boolean>] {
  const attempt = useAttempt();
  const [pending, setPending] = useState<{ value: T } | null>(null);
  const choose = (value: T) => {
    const mine = { value };
    setPending(mine);
    return attempt(change(value).finally(() => setPending((now) => (now === mine ? null : now))));
  };
  return [pending ? pending.value : settled, choose];
}
