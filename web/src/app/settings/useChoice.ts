import { useState } from 'react';
import { useAttempt } from '../hooks';

/**
 * The chosen value, shown while the request to the server runs. The second element sends a choice
 * and answers whether the server took it.
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
