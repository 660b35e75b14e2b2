import { lazy, Suspense, useEffect, useState } from 'react';
import { useT } from '../i18n/i18n';
import type { Identity } from '../people';
import { Announcer } from './Announcer';
import { ConversationList } from './ConversationList';
import { ConversationView } from './ConversationView';
import { useConnection, useConversationWith, useUnread, type Notice } from './hooks';
import { NothingOpen } from './NothingOpen';
import { Rail } from './Rail';
import { folderPath, navigate, useRoute } from './route';
import { useShortcuts } from './shortcuts';
import { SignIn } from './SignIn';
import { Status } from './Status';

// What is not on the first screen comes when it is asked for.
const Compose = lazy(() => import('./Compose'));
const DevBar = lazy(() => import('./DevBar'));
const Help = lazy(() => import('./Help'));
const Redeem = lazy(() => import('./Redeem'));
const SettingsView = lazy(() => import('./settings/SettingsView'));

export type Opened = 'compose' | 'help' | null;

/** Everything on screen: the rail, and beside it one folder and one conversation, or the settings. */
export function Shell({ identity, notice }: { identity: Identity; notice: Notice | null }) {
  const t = useT();
  const route = useRoute();
  const [dialog, setDialog] = useState<Opened>(null);
  const open = useConversationWith(route.person);
  const [lastFolder, setLastFolder] = useState(route.folder ?? 'INBOX');
  const folder = route.folder ?? open?.folder ?? lastFolder;
  const signedOut = useConnection() === 'signedOut';

  useEffect(() => setLastFolder(folder), [folder]);
  useTitle();
  useShortcuts({ folder, person: route.person, open: setDialog });

  if (signedOut) return <SignIn identity={identity} refused />;
  const view = route.settings || route.code ? 'settings' : route.person ? 'conversation' : 'list';
  return (
    <div className="shell" data-view={view}>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      {identity.people && (
        <Suspense fallback={<div className="dev-bar" />}>
          <DevBar identity={identity} route={route} folder={folder} />
        </Suspense>
      )}
      <Rail current={route.settings ? null : folder} open={setDialog} />
      <main id="main" tabIndex={-1}>
        <h1 className="hidden-text">Aparté</h1>
        {route.code ? (
          <Suspense fallback={<div className="redeem" />}>
            <Redeem key={route.code} code={route.code} />
          </Suspense>
        ) : route.settings ? (
          <Suspense fallback={<div className="settings" />}>
            <SettingsView section={route.settings} />
          </Suspense>
        ) : (
          <>
            <ConversationList key={folder} folder={folder} person={route.person} compose={() => setDialog('compose')} />
            {route.person ? (
              <ConversationView key={route.person} userId={route.person} back={() => navigate(folderPath(folder))} />
            ) : (
              <NothingOpen compose={() => setDialog('compose')} />
            )}
          </>
        )}
      </main>
      <Status notice={notice} />
      <Announcer />
      <Suspense>
        {dialog === 'compose' && <Compose close={() => setDialog(null)} />}
        {dialog === 'help' && <Help close={() => setDialog(null)} />}
      </Suspense>
    </div>
  );
}

function useTitle() {
  const waiting = useUnread().conversations;
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) Aparté` : 'Aparté';
  }, [waiting]);
}
