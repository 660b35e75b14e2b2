import type { ReactNode } from 'react';
import type { Audience, Choice, Settings, SettingsChange } from '@aparte/client';
import { useT, type Translate } from '../../i18n/i18n';
import { useActions, useAttempt, useNotify } from '../hooks';
import { UndoIcon } from '../icons';
import { useTimes } from '../time';
import { audienceName } from '../labels';
import { usePages } from './usePages';

/**
 * Every change, newest first: when, who, on which device. The newest is undone; what held before
 * others is had again.
 */
export function HistorySection({ settings }: { settings: Settings }) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const notify = useNotify();
  // Each change of settings, here or on another device, adds to it.
  const { items: changes, more } = usePages((paging) => actions.settingsHistory(paging), settings);

  const again = ({ whoCanMessageMe, routes }: Choice) =>
    attempt(
      actions.setWhoCanMessageMe(whoCanMessageMe!, whoCanMessageMe === 'CUSTOM' ? (routes ?? undefined) : undefined),
    );
  const undo = async (change: SettingsChange) => {
    if (await attempt(actions.undoSettingsChange(change.id))) notify({ done: t('history.undone') });
  };
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
          <Entry key={change.id} change={change} undone={changes.find((c) => c.id === change.undoes)}>
            {i === 0 && undoable(change) ? (
              <button onClick={() => undo(change)}>
                <UndoIcon />
                {t('history.undo')}
              </button>
            ) : (
              change.before.whoCanMessageMe &&
              audienceDiffers(change) && (
                <button onClick={() => again(change.before)}>
                  {t('history.again', { audience: audienceName(t, change.before.whoCanMessageMe) })}
                </button>
              )
            )}
          </Entry>
        ))}
      </ol>
      {more && <button onClick={more}>{t('list.more')}</button>}
    </>
  );
}

/** The age is the app's to say; whatever else was changed last can be taken back. */
const undoable = ({ before, after }: SettingsChange) => before.ageBand === after.ageBand;

interface EntryProps {
  change: SettingsChange;
  /** The change that this one took back, where that is on the page. */
  undone: SettingsChange | undefined;
  children: ReactNode;
}

function Entry({ change, undone, children }: EntryProps) {
  const t = useT();
  const times = useTimes();
  const lines = differences(t, change);
  return (
    <li>
      <p className="when">
        <time dateTime={change.at}>{times.full(change.at)}</time> · {t(`history.by.${change.by}`)}
        {change.device && (
          <>
            {' · '}
            <span dir="auto">{change.device}</span>
          </>
        )}
      </p>
      <p>
        {lines.map((line) => (
          <span key={line}>{line}</span>
        ))}
        {change.undoes && (
          <small>{undone ? t('history.undoes', { at: times.full(undone.at) }) : t('history.undoesEarlier')}</small>
        )}
      </p>
      <Words how="added" words={change.hiddenWordsAdded} />
      <Words how="removed" words={change.hiddenWordsRemoved} />
      {children}
    </li>
  );
}

/** More than this is folded away: these are words that one does not want to read. */
const shortWords = 60;

function Words({ how, words }: { how: 'added' | 'removed'; words: readonly string[] }) {
  const t = useT();
  if (words.length === 0) return null;
  const count = words.length;
  const all = words.join(', ');
  if (all.length <= shortWords) return <p>{t(`history.words.${how}`, { count, words: all })}</p>;
  return (
    <details>
      <summary>{t(`history.manyWords.${how}`, { count })}</summary>
      <p dir="auto">{all}</p>
    </details>
  );
}

function differences(t: Translate, change: SettingsChange): string[] {
  const lines: string[] = [];
  const { before, after } = change;
  if (before.ageBand !== after.ageBand) {
    lines.push(t('history.age', { before: t(`ageBand.${before.ageBand}`), after: t(`ageBand.${after.ageBand}`) }));
  }
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
  if (before.requestPreviews !== after.requestPreviews) {
    lines.push(t(after.requestPreviews ? 'history.previewsOn' : 'history.previewsOff'));
  }
  if (before.requestLinks !== after.requestLinks) {
    lines.push(t(after.requestLinks ? 'history.linksOn' : 'history.linksOff'));
  }
  for (const { relation, kinds } of after.kinds) {
    const had = before.kinds.find((k) => k.relation === relation)?.kinds ?? [];
    if (had.join() === kinds.join()) continue;
    const list = kinds.map((kind) => t(`kind.${kind}`)).join(', ');
    lines.push(t('history.kinds', { from: t(`relation.${relation}`), kinds: list }));
  }
  return lines;
}

function audienceDiffers({ before, after }: SettingsChange): boolean {
  return (
    before.whoCanMessageMe !== after.whoCanMessageMe || JSON.stringify(before.routes) !== JSON.stringify(after.routes)
  );
}
