import type { Conversation, ReportInput } from '@aparte/client';
import { useRef, useState, type FormEvent } from 'react';
import { useT } from '../i18n/i18n';
import { Dialog } from './Dialog';
import { useActions, useAttempt, useNotify } from './hooks';
import { nameOf } from './labels';

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

interface Props {
  /** One or several; each is a report of its own. */
  conversations: readonly Conversation[];
  close(): void;
  done?(): void;
}

/** Hands the newest messages of conversations to the moderators. */
export default function Report({ conversations, close, done }: Props) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const notify = useNotify();
  // Requests may go from the list while this is open; what was asked about stays.
  const [about] = useState(conversations);
  const [one] = about;
  const whom = { name: one ? nameOf(one.with, t) : '', count: about.length };
  const text = (key: 'title' | 'intro' | 'block') => t(about.length > 1 ? `reportMany.${key}` : `report.${key}`, whom);
  // One report of each, however often the button is pressed.
  const ids = useRef(new Map<string, string>());
  const idFor = (id: string) => {
    if (!ids.current.has(id)) ids.current.set(id, crypto.randomUUID());
    return ids.current.get(id)!;
  };
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    const all = async () => {
      for (const { id } of about) {
        await actions.report({
          clientReportId: idFor(id),
          target: { conversationId: id },
          category: given.get('category') as Category,
          note: String(given.get('note')).trim(),
          block: given.has('block'),
        });
      }
    };
    const worked = await attempt(all());
    setBusy(false);
    close();
    if (!worked) return;
    done?.();
    notify({ done: t('report.done') });
  };
  return (
    <Dialog title={text('title')} close={close}>
      <form className="report" onSubmit={submit}>
        <p className="soft">{text('intro')}</p>
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
          {text('block')}
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
