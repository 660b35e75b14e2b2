import { lazy, Suspense, useState } from 'react';
import type { Conversation } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Confirm } from './Dialog';
import { useActions, useAttempt } from './hooks';
import { SenderContextView } from './SenderContextView';
import { nameOf } from './labels';

const Report = lazy(() => import('./Report'));

export function RequestBar({ conversation, back }: { conversation: Conversation; back(): void }) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const [asking, setAsking] = useState(false);
  const [reporting, setReporting] = useState(false);
  const name = nameOf(conversation.with, t);
  const leave = async (work: Promise<unknown>) => {
    if (await attempt(work)) back();
  };
  return (
    <div className="request" role="group" aria-label={t('request.label')}>
      <div className="asks">
        <p>
          <b>{t('request.title', { name })}</b> {t('request.text')}
        </p>
        {conversation.senderContext && <SenderContextView of={conversation.senderContext} />}
      </div>
      <div className="actions">
        <button className="danger" onClick={() => setReporting(true)}>
          {t('report.open')}
        </button>
        <button className="danger" onClick={() => setAsking(true)}>
          {t('requests.block')}
        </button>
        <button onClick={() => leave(actions.decline([conversation.id]))}>{t('requests.decline')}</button>
        <button className="primary" onClick={() => attempt(actions.accept(conversation.id))}>
          {t('requests.accept')}
        </button>
      </div>
      <Suspense>
        {reporting && <Report conversations={[conversation]} close={() => setReporting(false)} />}
      </Suspense>
      {asking && (
        <Confirm
          title={t('block.title', { name })}
          text={t('block.text')}
          act={t('block.act', { name })}
          run={() => leave(actions.block(conversation.with.id))}
          close={() => setAsking(false)}
        />
      )}
    </div>
  );
}
