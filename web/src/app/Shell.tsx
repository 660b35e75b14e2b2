import { lazy, memo, Suspense, useCallback, useDeferredValue, useEffect, useState } from 'react';
import { useT } from '../i18n/i18n';
import type { Identity } from '../identity';
import { Announcer as AnnouncerView } from './Announcer';
import { ConversationList as ListView } from './ConversationList';
import { ConversationView as OpenView } from './ConversationView';
import type { OpenDialog } from './dialogs';
import { useConnection, useConversationWith, useUnread, type Notice } from './hooks';
import { NoConversation } from './NoConversation';
import { Rail as RailView } from './Rail';
import { folderPath, navigate, useRoute } from './route';
import { useShortcuts } from './shortcuts';
import { SignIn } from './SignIn';
import { Status as StatusView } from './Status';

// A step from one screen to the next is drawn anew only where it shows.
const Announcer = memo(AnnouncerView);
const ConversationList = memo(ListView);
const ConversationView = memo(OpenView);
const Rail = memo(RailView);
const Status = memo(StatusView);

// The parts that are not on the first screen are loaded when they are asked for.
const Compose = lazy(() => import('./Compose'));
const DevBar = lazy(() => import('./DevBar'));
const Help = lazy(() => import('./Help'));
const NotFound = lazy(() => import('./NotFound'));
const Redeem = lazy(() => import('./Redeem'));
const SettingsView = lazy(() => import('./settings/SettingsView'));

/**
 * Everything on screen: the rail, and beside it one folder and one conversation, or the settings.
 */
export function Shell({ identity, notice }: { identity: Identity; notice: Notice | null }) {
  const t = useT();
  const route = useRoute();
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const open = useConversationWith(route.person);
  const [lastFolder, setLastFolder] = useState(route.folder ?? 'INBOX');
  const folder = route.folder ?? open?.folder ?? lastFolder;
  const signedOut = useConnection() === 'signedOut';
  // The answer to a tap comes first, what follows from it after that: on a narrow screen the list
  // behind a conversation that opens, and the end of one that was left, are nothing to see.
  const settled = useDeferredValue(route.person);
  const person = route.person ?? settled;
  const compose = useCallback(() => setDialog('compose'), []);
  const back = useCallback(() => navigate(folderPath(folder)), [folder]);

  useEffect(() => setLastFolder(folder), [folder]);
  useTitle();
  useShortcuts({ folder, person: route.person, open: setDialog });

  if (signedOut) return <SignIn identity={identity} refused />;
  const view = route.settings || route.code || route.notFound ? 'settings' : route.person ? 'conversation' : 'list';
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
      <Rail current={route.notFound ? null : route.settings ? 'SETTINGS' : folder} open={setDialog} />
      <main id="main" tabIndex={-1}>
        <h1 className="hidden-text">Aparté</h1>
        {route.notFound ? (
          <Suspense fallback={<div className="redeem" />}>
            <NotFound />
          </Suspense>
        ) : route.code ? (
          <Suspense fallback={<div className="redeem" />}>
            <Redeem key={route.code} code={route.code} />
          </Suspense>
        ) : route.settings ? (
          <Suspense fallback={<div className="settings" />}>
            <SettingsView section={route.settings} />
          </Suspense>
        ) : (
          <>
            <ConversationList key={folder} folder={folder} person={settled} compose={compose} />
            {person ? (
              <ConversationView key={person} userId={person} back={back} />
            ) : (
              <NoConversation compose={compose} />
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
