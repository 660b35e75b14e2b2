import { Refused, type Settings } from '@aparte/client';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { useLocale } from '../../i18n/i18n';
import { useActions, useAsk, useAttempt, useNotify } from '../hooks';
import { CloseIcon, WordsIcon } from '../icons';
import { variants, findable } from './wordVariants';

/** As many entries a list has, and as long one may be: package words says the same. */
const most = 1000;
const longest = 64;

type Mistake = 'empty' | 'there' | 'full' | 'refused';

/** Words that keep a stranger's message out of sight. */
export default function WordsSection({ settings }: { settings: Settings }) {
  const { t, tag } = useLocale();
  const actions = useActions();
  const ask = useAsk();
  const attempt = useAttempt();
  const notify = useNotify();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState<readonly string[] | null>(null);
  const [entry, setEntry] = useState('');
  const [mistake, setMistake] = useState<Mistake | null>(null);
  const [busy, setBusy] = useState(false);

  // The settings become new ones with every change of the words, here or on another device.
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    void ask(actions.hiddenWords(signal).then(setWords, (error) => signal.aborted || Promise.reject(error)));
    return () => abort.abort();
  }, [actions, ask, settings]);

  const add = async (event: FormEvent) => {
    event.preventDefault();
    const given = [...new Set(entry.split(/[,;\n]/).map((w) => w.trim()).filter(Boolean))];
    const fresh = given.filter((w) => !words!.includes(w));
    const wrong: Mistake | null =
      !given.length || !given.every(findable)
        ? 'empty'
        : fresh.length === 0
          ? 'there'
          : words!.length + fresh.length > most
            ? 'full'
            : null;
    setMistake(wrong);
    if (wrong) return field.current!.focus();
    setBusy(true);
    const worked = await attempt(
      actions.addHiddenWords(fresh).then(setWords, (error) => {
        if (!(error instanceof Refused) || error.code !== 'INVALID_INPUT') throw error;
        setMistake('refused');
        return Promise.reject(error);
      }),
    );
    setBusy(false);
    if (worked) setEntry('');
    field.current!.focus();
  };
  const remove = async (word: string) => {
    if (!(await attempt(actions.removeHiddenWords([word]).then(setWords)))) return;
    const undo = () => {
      notify(null);
      void attempt(actions.addHiddenWords([word]).then(setWords));
    };
    notify({ done: t('words.removed', { word }), undo });
    field.current?.focus();
  };
  if (!words) {
    return (
      <p className="soft" aria-busy="true">
        {t('list.loading')}
      </p>
    );
  }
  const seen = variants(entry);
  return (
    <>
      <p className="soft">{t('words.intro')}</p>
      <form className="add-word" onSubmit={add}>
        <label htmlFor={id}>{t('words.label')}</label>
        <div>
          <input
            id={id}
            ref={field}
            value={entry}
            dir="auto"
            autoComplete="off"
            autoCapitalize="off"
            maxLength={longest}
            aria-invalid={mistake !== null}
            aria-describedby={`${id}-folded ${id}-mistake`}
            onChange={(event) => {
              setEntry(event.target.value);
              setMistake(null);
            }}
          />
          <button className="primary" disabled={busy}>
            {t('words.add')}
          </button>
        </div>
        <p className="mistake" id={`${id}-mistake`} role="alert">
          {mistake && t(`wordsMistake.${mistake}`, { most: most.toLocaleString(tag), longest })}
        </p>
        <p className="soft" id={`${id}-folded`}>
          {seen.length > 0 ? t('words.alsoFound') : t('words.folded')}{' '}
          {seen.map((variant) => (
            <code key={variant}>{variant}</code>
          ))}
        </p>
      </form>
      {words.length === 0 ? (
        <div className="blank">
          <WordsIcon />
          <p className="lead">{t('words.empty')}</p>
          <p className="soft">{t('words.emptyHint')}</p>
        </div>
      ) : (
        <section aria-label={t('words.list')}>
          <h3>{t('words.count', { count: words.length, most: most.toLocaleString(tag) })}</h3>
          <ul className="words">
            {words.map((word) => (
              <li key={word}>
                <bdi>{word}</bdi>
                <button className="icon" onClick={() => remove(word)} aria-label={t('words.remove', { word })}>
                  <CloseIcon />
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
