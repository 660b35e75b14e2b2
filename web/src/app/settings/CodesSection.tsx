import { Refused, type ContactCode } from '@aparte/client';
import { useState, type FormEvent } from 'react';
import { useLocale, useT } from '../../i18n/i18n';
import { Avatar } from '../Avatar';
import { Confirm } from '../Dialog';
import { useActions, useAttempt, useSettings, useNotify } from '../hooks';
import { CodeIcon } from '../icons';
import { Link } from '../Link';
import { codeLink, personPath } from '../route';
import { useTimes } from '../time';
import { nameOf } from '../labels';
import { usePages } from './usePages';

const day = 24;
const lives = [day, 7 * day, 30 * day, 365 * day];
const longestLabel = 64;
const mostUses = 1000;

/** The codes that let somebody write once to the user's inbox: made, given out, taken back. */
export default function CodesSection() {
  const t = useT();
  const actions = useActions();
  // The settings become new ones with every change of the codes, here or on another device.
  const { items: codes, setItems, more } = usePages((paging) => actions.contactCodes(paging), useSettings());
  const [made, setMade] = useState<{ code: ContactCode; secret: string } | null>(null);
  if (!codes) {
    return (
      <p className="soft" aria-busy="true">
        {t('list.loading')}
      </p>
    );
  }
  return (
    <>
      <p className="soft">{t('codes.intro')}</p>
      <Make
        made={(code, secret) => {
          setMade({ code, secret });
          // The list may have been read anew before the answer came: the change was told on the
          // socket.
          setItems((all) => [code, ...all.filter(({ id }) => id !== code.id)]);
        }}
      />
      {made && <Given key={made.code.id} code={made.code} secret={made.secret} />}
      {codes.length === 0 ? (
        <div className="blank">
          <CodeIcon />
          <p className="lead">{t('codes.empty')}</p>
          <p className="soft">{t('codes.emptyHint')}</p>
        </div>
      ) : (
        <section aria-label={t('codes.list')}>
          <h3>{t('codes.list')}</h3>
          <ul className="codes">
            {codes.map((code) => (
              <Code
                key={code.id}
                code={code}
                revoked={(now) => {
                  setItems((all) => all.map((c) => (c.id === now.id ? now : c)));
                  if (made?.code.id === now.id) setMade(null);
                }}
              />
            ))}
          </ul>
        </section>
      )}
      {more && <button onClick={more}>{t('list.more')}</button>}
    </>
  );
}

function Make({ made }: { made(code: ContactCode, secret: string): void }) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const label = String(given.get('label')).trim();
    if (!label) return;
    setBusy(true);
    setRefused(false);
    await attempt(
      actions
        .createContactCode({
          label,
          expiresInHours: Number(given.get('hours')),
          maxRedemptions: Number(given.get('uses')),
        })
        .then(
          ({ contactCode, secret }) => {
            made(contactCode, secret);
            form.reset();
          },
          (error) => {
            if (!(error instanceof Refused) || error.code !== 'INVALID_INPUT') throw error;
            setRefused(true);
          },
        ),
    );
    setBusy(false);
  };
  return (
    <form className="make-code" onSubmit={submit}>
      <label className="for">
        {t('codes.label')}
        <input name="label" dir="auto" autoComplete="off" maxLength={longestLabel} required />
        <small>{t('codes.labelHint')}</small>
      </label>
      <label>
        {t('codes.lives')}
        <select name="hours" defaultValue={30 * day}>
          {lives.map((hours) => (
            <option key={hours} value={hours}>
              {t('codes.days', { count: hours / day })}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('codes.uses')}
        <input name="uses" type="number" min={1} max={mostUses} defaultValue={1} required />
      </label>
      <button className="primary" disabled={busy}>
        {t('codes.make')}
      </button>
      <p className="mistake" role="alert">
        {refused && t('codes.refused')}
      </p>
    </form>
  );
}

/** The secret, this once: only a hash of it is kept. */
function Given({ code, secret }: { code: ContactCode; secret: string }) {
  const t = useT();
  const notify = useNotify();
  const link = codeLink(secret);
  const copy = (text: string) => {
    navigator.clipboard.writeText(text).then(
      () => notify({ done: t('codes.copied') }),
      () => notify({ done: t('codes.notCopied') }),
    );
  };
  return (
    <section className="created-code" aria-label={t('codes.given', { label: code.label })} role="status">
      <p>
        <b>{t('codes.given', { label: code.label })}</b> {t('codes.once')}
      </p>
      <code dir="ltr">{link}</code>
      <p className="row-of">
        <button className="primary" onClick={() => copy(link)}>
          {t('codes.copyLink')}
        </button>
        <button onClick={() => copy(secret)}>{t('codes.copyCode', { secret })}</button>
      </p>
    </section>
  );
}

function Code({ code, revoked }: { code: ContactCode; revoked(code: ContactCode): void }) {
  const { t, tag } = useLocale();
  const times = useTimes();
  const actions = useActions();
  const attempt = useAttempt();
  const [asking, setAsking] = useState(false);
  const live = Date.parse(code.endsAt) > Date.now() && code.redemptionCount < code.maxRedemptions;
  const state = code.revokedAt
    ? t('codes.revokedAt', { at: times.full(code.revokedAt) })
    : code.redemptionCount >= code.maxRedemptions
      ? t('codes.usedUp')
      : live
        ? t('codes.until', { at: times.full(code.expiresAt) })
        : t('codes.expired', { at: times.full(code.expiresAt) });
  return (
    <li data-live={live}>
      <p>
        <b dir="auto">{code.label}</b>
        <small>
          {t('codes.used', { uses: code.redemptionCount.toLocaleString(tag), most: code.maxRedemptions.toLocaleString(tag) })} · {state}
        </small>
      </p>
      {code.redemptionCount > 0 && <Who code={code} />}
      {live && (
        <button onClick={() => setAsking(true)} aria-label={t('codes.revokeNamed', { label: code.label })}>
          {t('codes.revoke')}
        </button>
      )}
      {asking && (
        <Confirm
          title={t('codes.revokeTitle', { label: code.label })}
          text={t('codes.revokeText')}
          act={t('codes.revoke')}
          run={() => void attempt(actions.revokeContactCode(code.id).then(revoked))}
          close={() => setAsking(false)}
        />
      )}
    </li>
  );
}

/** Who came by a code, read once it is asked for. */
function Who({ code }: { code: ContactCode }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary aria-label={t('codes.whoNamed', { label: code.label })}>{t('codes.who')}</summary>
      {open && <Uses code={code} />}
    </details>
  );
}

function Uses({ code }: { code: ContactCode }) {
  const t = useT();
  const times = useTimes();
  const actions = useActions();
  const { items: uses, more } = usePages((paging) => actions.contactCodeRedemptions(code.id, paging), code.redemptionCount);
  if (!uses) {
    return (
      <p className="soft" aria-busy="true">
        {t('list.loading')}
      </p>
    );
  }
  if (uses.length === 0) return <p className="soft">{t('codes.nobodyLeft')}</p>;
  return (
    <>
      <ul className="people">
        {uses.map(({ redeemer, redeemedAt }) => (
          <li key={redeemer.id}>
            <Avatar user={redeemer} />
            <Link className="who" to={personPath(redeemer.id)}>
              <span dir="auto">{nameOf(redeemer, t)}</span> <small dir="ltr">@{redeemer.handle}</small>
            </Link>
            <small>
              <time dateTime={redeemedAt}>{times.full(redeemedAt)}</time>
            </small>
          </li>
        ))}
      </ul>
      {more && <button onClick={more}>{t('list.more')}</button>}
    </>
  );
}
