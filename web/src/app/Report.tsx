import type { Conversation, ReportInput } from '@aparte/client';
import { useRef, useState, type FormEvent } from 'react';
import { useT } from '../i18n/i18n';
import { Dialog } from './Dialog';
import { useActions, useAttempt, useTell } from './hooks';
import { nameOf } from './words';

type Category = ReportInput['category'];

const categories: Category[] = [
  'SPAM',
  'SCAM',
  'HARASSMENT',
  'HATE',
  'THREATS',
  'SEXUAL',
  'MINOR_SAFETY',
  'SELF_HARM',
  'ILLEGAL',
  'OTHER',
];

/** Hands the newest messages of a conversation to the moderators. */
export default function Report({ conversation, close }: { conversation: Conversation; close(): void }) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const tell = useTell();
  const name = nameOf(conversation.with, t);
  // One report, however often the button is pressed.
  const clientReportId = useRef(crypto.randomUUID());
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    const worked = await attempt(
      actions.report({
        clientReportId: clientReportId.current,
        conversationId: conversation.id,
        category: given.get('category') as Category,
        note: String(given.get('note')).trim(),
        block: given.has('block'),
      }),
    );
    setBusy(false);
    close();
    if (worked) tell({ done: t('report.done') });
  };
  return (
    <Dialog title={t('report.title', { name })} close={close}>
      <form className="report" onSubmit={submit}>
        <p className="soft">{t('report.intro', { name })}</p>
        <fieldset>
          <legend>{t('report.category')}</legend>
          {categories.map((category, i) => (
            <label key={category}>
              <input type="radio" name="category" value={category} required data-first={i === 0 ? '' : undefined} />
              {t(`reportCategory.${category}`)}
            </label>
          ))}
        </fieldset>
        <label className="note">
          {t('report.note')}
          <textarea name="note" rows={2} maxLength={1000} />
        </label>
        <label>
          <input type="checkbox" name="block" />
          {t('report.block', { name })}
        </label>
        <div className="actions">
          <button type="button" onClick={close}>
            {t('dialog.cancel')}
          </button>
          <button className="primary" disabled={busy}>
            {t('report.send')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
