import { useState } from 'react';
import type { Conversation } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Confirm } from './Dialog';
import { useActions, useAttempt } from './hooks';

interface Props {
  conversations: readonly Conversation[];
  ticked: ReadonlySet<string>;
  tick(ticked: ReadonlySet<string> | null): void;
}

/** What can be done with several requests at once. What fails stays ticked. */
export function BulkBar({ conversations, ticked, tick }: Props) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const chosen = conversations.filter((c) => ticked.has(c.id));
  const all = chosen.length === conversations.length;
  const run = (work: () => Promise<unknown>) => {
    setBusy(true);
    void attempt(work()).then((worked) => {
      setBusy(false);
      if (worked) tick(null);
    });
  };
  const each = (change: (conversation: Conversation) => Promise<unknown>) => async () => {
    for (const conversation of chosen) await change(conversation);
  };
  const idle = chosen.length === 0 || busy;
  return (
    <div className="bulk" role="group" aria-label={t('requests.bulk')}>
      <label>
        <input
          type="checkbox"
          checked={all}
          onChange={() => tick(new Set(all ? [] : conversations.map((c) => c.id)))}
        />
        {t('requests.ticked', { count: chosen.length })}
      </label>
      <button disabled={idle} onClick={() => setAsking(true)}>
        {t('requests.block')}
      </button>
      <button disabled={idle} onClick={() => run(() => actions.decline(chosen.map((c) => c.id)))}>
        {t('requests.decline')}
      </button>
      <button className="primary" disabled={idle} onClick={() => run(each((c) => actions.accept(c.id)))}>
        {t('requests.accept')}
      </button>
      {asking && (
        <Confirm
          title={t('block.titleMany', { count: chosen.length })}
          text={t('block.text')}
          act={t('requests.block')}
          run={() => run(each((c) => actions.block(c.with.id)))}
          close={() => setAsking(false)}
        />
      )}
    </div>
  );
}
