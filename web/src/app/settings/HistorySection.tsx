import { useEffect, useState } from 'react';
import type { Audience, Choice, Settings, SettingsChange } from '@aparte/client';
import { useT, type Translate } from '../../i18n/i18n';
import { useActions, useAttempt } from '../hooks';
import { useTimes } from '../time';
import { audienceName } from '../words';

/** Every change, newest first; what held then can be had again. */
export function HistorySection({ settings }: { settings: Settings }) {
  const t = useT();
  const times = useTimes();
  const actions = useActions();
  const attempt = useAttempt();
  const [changes, setChanges] = useState<SettingsChange[] | null>(null);

  // Each change of settings, here or on another device, adds to it.
  useEffect(() => {
    const abort = new AbortController();
    void attempt(actions.settingsHistory({ signal: abort.signal }).then(setChanges, (e) => abort.signal.aborted || Promise.reject(e)));
    return () => abort.abort();
  }, [actions, attempt, settings]);

  const again = ({ whoCanMessageMe, routes }: Choice) =>
    attempt(
      actions.setWhoCanMessageMe(whoCanMessageMe!, whoCanMessageMe === 'CUSTOM' ? (routes ?? undefined) : undefined),
    );
  if (!changes) {
    return (
      <p className="soft" aria-busy="true">
        {t('list.loading')}
      </p>
    );
  }
  if (changes.length === 0) return <p className="soft">{t('history.empty')}</p>;
  return (
    <>
      <p className="soft">{t('history.intro')}</p>
      <ol className="history">
        {changes.map((change, i) => (
          <li key={`${change.at} ${i}`}>
            <time dateTime={change.at}>{times.full(change.at)}</time>
            <p>
              {differences(t, change).map((line) => (
                <span key={line}>{line}</span>
              ))}
            </p>
            {change.before.whoCanMessageMe && audienceDiffers(change) && (
              <button onClick={() => again(change.before)}>
                {t('history.again', { audience: audienceName(t, change.before.whoCanMessageMe) })}
              </button>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

function differences(t: Translate, change: SettingsChange): string[] {
  const lines: string[] = [];
  const { before, after } = change;
  if (audienceDiffers(change)) {
    const name = (audience: Audience | null) => (audience ? audienceName(t, audience) : t('history.default'));
    lines.push(
      before.whoCanMessageMe === after.whoCanMessageMe
        ? t('history.grid')
        : t('history.audience', { before: name(before.whoCanMessageMe), after: name(after.whoCanMessageMe) }),
    );
  }
  if (before.readReceipts !== after.readReceipts) {
    lines.push(t(after.readReceipts ? 'history.receiptsOn' : 'history.receiptsOff'));
  }
  if (before.requestLinks !== after.requestLinks) {
    lines.push(t(after.requestLinks ? 'history.linksOn' : 'history.linksOff'));
  }
  if (JSON.stringify(before.kinds) !== JSON.stringify(after.kinds) && !audienceDiffers(change)) {
    lines.push(t('history.kinds'));
  }
  return lines;
}

function audienceDiffers({ before, after }: SettingsChange): boolean {
  return (
    before.whoCanMessageMe !== after.whoCanMessageMe || JSON.stringify(before.routes) !== JSON.stringify(after.routes)
  );
}
