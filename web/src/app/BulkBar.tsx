import { lazy, Suspense, useState } from 'react';
import type { Conversation, Folder } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Confirm } from './Dialog';
import { useActions, useAttempt } from './hooks';

const AnswerAll = lazy(() => import('./AnswerAll'));
const Report = lazy(() => import('./Report'));

/** So many the server declines in one call. */
const atOnce = 100;

interface Props {
  folder: Folder;
  conversations: readonly Conversation[];
  ticked: ReadonlySet<string>;
  tick(ticked: ReadonlySet<string> | null): void;
}

/** The actions on several requests at once. A request whose action fails stays ticked. */
export function BulkBar({ folder, conversations, ticked, tick }: Props) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const [asking, setAsking] = useState<'block' | 'report' | 'all' | null>(null);
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
  const decline = async () => {
    const ids = chosen.map((c) => c.id);
    for (let from = 0; from < ids.length; from += atOnce) await actions.decline(ids.slice(from, from + atOnce));
  };
  const close = () => setAsking(null);
  const idle = chosen.length === 0 || busy;
  return (
    <div className="bulk" role="group" aria-label={t('requests.bulk')}>
      <div>
        <label>
          <input
            type="checkbox"
            ref={(box) => {
              if (box) box.indeterminate = chosen.length > 0 && !all;
            }}
            checked={all}
            onChange={() => tick(new Set(all ? [] : conversations.map((c) => c.id)))}
          />
          {t('requests.ticked', { count: chosen.length })}
        </label>
        <button className="plain" disabled={busy} onClick={() => setAsking('all')}>
          {t('answerAll.open')}
        </button>
      </div>
      <button disabled={idle} onClick={() => setAsking('report')}>
        {t('report.open')}
      </button>
      <button disabled={idle} onClick={() => setAsking('block')}>
        {t('requests.block')}
      </button>
      <button disabled={idle} onClick={() => run(decline)}>
        {t('requests.decline')}
      </button>
      <button className="primary" disabled={idle} onClick={() => run(each((c) => actions.accept(c.id)))}>
        {t('requests.accept')}
      </button>
      <Suspense>
        {asking === 'all' && <AnswerAll folder={folder} close={close} />}
        {asking === 'report' && <Report conversations={chosen} close={close} done={() => tick(null)} />}
      </Suspense>
      {asking === 'block' && (
        <Confirm
          title={t('block.titleMany', { count: chosen.length })}
          text={t('block.text')}
          act={t('requests.block')}
          run={() => run(each((c) => actions.block(c.with.id)))}
          close={close}
        />
      )}
    </div>
  );
}
