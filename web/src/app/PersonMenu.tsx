import { Menu, MenuButton, MenuItem, MenuProvider, MenuSeparator, useMenuStore } from '@ariakit/react/menu';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { Person } from '@aparte/client';
import { useT } from '../i18n/i18n';
import { Confirm } from './Dialog';
import { useActions, useAttempt, useConversationWith, useNotify } from './hooks';
import { CheckIcon, MoreIcon } from './icons';
import { nameOf } from './labels';

const Report = lazy(() => import('./Report'));

interface Props {
  label: string;
  person: Person;
  changed(person: Person): void;
}

/**
 * The actions on a person and on the conversation with them. The menu opens as soon as it is
 * loaded: the user has asked for it.
 */
export default function PersonMenu({ label, person, changed }: Props) {
  const t = useT();
  const actions = useActions();
  const attempt = useAttempt();
  const conversation = useConversationWith(person.id);
  const notify = useNotify();
  const name = nameOf(person, t);
  const [asking, setAsking] = useState(false);
  const [reporting, setReporting] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useMenuStore();
  // This button takes the place of the one that was pressed: the menu belongs to it, and gives the
  // focus back to it.
  useEffect(() => {
    button.current!.focus();
    menu.setAnchorElement(button.current);
    menu.setDisclosureElement(button.current);
    menu.setAutoFocusOnShow(true);
    menu.setInitialFocus('first');
    menu.show();
  }, [menu]);
  const edge = (change: 'follow' | 'unfollow' | 'block' | 'unblock') =>
    void attempt(actions[change](person.id).then(changed));
  const list = (which: 'ALWAYS' | 'NEVER') => {
    const to = person.viewerLists === which ? null : which;
    const done = t(`menu.listed.${to ?? 'none'}`, { name });
    void attempt(actions.setListed(person.id, to).then(changed)).then((worked) => worked && notify({ done }));
  };
  const restrict = () => {
    const done = t(person.viewerRestricts ? 'menu.listed.none' : 'menu.restricted', { name });
    const change = person.viewerRestricts ? actions.unrestrict(person.id) : actions.restrict(person.id);
    void attempt(change.then(changed)).then((worked) => worked && notify({ done }));
  };
  const filed = conversation?.folder === 'INBOX' || conversation?.folder === 'ARCHIVE' ? conversation : undefined;
  const follow = person.viewerFollows ? 'menu.unfollow' : person.followsViewer ? 'menu.followBack' : 'menu.follow';
  return (
    <MenuProvider store={menu}>
      <MenuButton ref={button} className="icon" aria-label={label}>
        <MoreIcon />
      </MenuButton>
      <Menu className="menu" gutter={6} modal={false} unmountOnHide aria-label={label}>
        {!person.viewerHasBlocked && (
          <MenuItem onClick={() => edge(person.viewerFollows ? 'unfollow' : 'follow')}>{t(follow)}</MenuItem>
        )}
        {filed && (
          <>
            <MenuItem onClick={() => attempt(actions.mute(filed.id, !filed.muted))}>
              {t(filed.muted ? 'menu.unmute' : 'menu.mute')}
            </MenuItem>
            <MenuItem onClick={() => attempt(actions.archive(filed.id, filed.folder === 'INBOX'))}>
              {t(filed.folder === 'INBOX' ? 'menu.archive' : 'menu.unarchive')}
            </MenuItem>
          </>
        )}
        {!person.viewerHasBlocked && (
          <>
            <MenuSeparator />
            <MenuItem onClick={() => list('ALWAYS')}>
              {t('menu.always')}
              {person.viewerLists === 'ALWAYS' && <CheckIcon />}
            </MenuItem>
            <MenuItem onClick={() => list('NEVER')}>
              {t('menu.never')}
              {person.viewerLists === 'NEVER' && <CheckIcon />}
            </MenuItem>
            <MenuItem onClick={restrict}>{t(person.viewerRestricts ? 'menu.unrestrict' : 'menu.restrict')}</MenuItem>
          </>
        )}
        <MenuSeparator />
        {conversation && (
          <MenuItem className="danger" onClick={() => setReporting(true)}>
            {t('report.open')}
          </MenuItem>
        )}
        {person.viewerHasBlocked ? (
          <MenuItem onClick={() => edge('unblock')}>{t('menu.unblock')}</MenuItem>
        ) : (
          <MenuItem className="danger" onClick={() => setAsking(true)}>
            {t('menu.block')}
          </MenuItem>
        )}
      </Menu>
      <Suspense>
        {reporting && conversation && <Report conversations={[conversation]} close={() => setReporting(false)} />}
      </Suspense>
      {asking && (
        <Confirm
          title={t('block.title', { name })}
          text={t('block.text')}
          act={t('block.act', { name })}
          run={() => edge('block')}
          close={() => setAsking(false)}
        />
      )}
    </MenuProvider>
  );
}
