import { useEffect, useState } from 'react';
import { conversationWith } from '../inbox/state';
import type { Identity } from '../people';
import { Compose } from './Compose';
import { useInboxState } from './hooks';
import { ConversationList } from './ConversationList';
import { ConversationView } from './ConversationView';
import { Folders } from './Folders';
import { navigate, folderPath, useRoute } from './route';
import { SettingsDialog } from './SettingsDialog';
import { SignIn } from './SignIn';

/** Everything on screen: folders, the list of one folder, and one conversation beside it. */
export function Desk({ identity, notice, dismiss }: { identity: Identity; notice: string; dismiss(): void }) {
  const state = useInboxState();
  const route = useRoute();
  const [dialog, setDialog] = useState<'compose' | 'settings' | null>(null);
  const open = route.person ? conversationWith(state, route.person) : undefined;
  const [lastFolder, setLastFolder] = useState(route.folder ?? 'INBOX');
  const folder = route.folder ?? open?.folder ?? lastFolder;

  useEffect(() => setLastFolder(folder), [folder]);
  useEffect(() => {
    const waiting = state.unread.conversations;
    document.title = waiting > 0 ? `(${waiting}) Aparté` : 'Aparté';
  }, [state.unread.conversations]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea, select, dialog');
      if (event.key === 'n' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        setDialog('compose');
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  if (state.connection === 'signed out') return <SignIn identity={identity} refused />;
  return (
    <div className={route.person ? 'desk reading' : 'desk'}>
      <Folders
        identity={identity}
        current={folder}
        compose={() => setDialog('compose')}
        settings={() => setDialog('settings')}
      />
      <ConversationList folder={folder} open={open?.id} />
      {route.person ? (
        <ConversationView key={route.person} userId={route.person} back={() => navigate(folderPath(folder))} />
      ) : (
        <section className="nothing-open" aria-label="Conversation">
          <p>Choose a conversation, or start one.</p>
        </section>
      )}
      <div className="status" role="status">
        {state.connection === 'reconnecting' && <p className="reconnecting">Reconnecting…</p>}
        {notice && (
          <p className="notice">
            {notice} <button onClick={dismiss}>Dismiss</button>
          </p>
        )}
      </div>
      {dialog === 'compose' && <Compose close={() => setDialog(null)} />}
      {dialog === 'settings' && state.settings && (
        <SettingsDialog settings={state.settings} close={() => setDialog(null)} />
      )}
    </div>
  );
}
