import { useEffect, useRef, type ReactNode } from 'react';
import { useT } from '../i18n/i18n';
import { CloseIcon } from './icons';

/**
 * The browser's own modal dialog: it keeps the focus inside, closes on Escape and gives the focus
 * back. The element that carries data-first has the focus at first.
 */
export function Dialog({ title, close, children }: { title: string; close(): void; children: ReactNode }) {
  const t = useT();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current!.showModal();
    dialog.current!.querySelector<HTMLElement>('[data-first]')?.focus();
  }, []);
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- a click on the backdrop; Escape does the same by keyboard
    <dialog
      ref={dialog}
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
      aria-label={title}
    >
      <div className="sheet">
        <header>
          <h2>{title}</h2>
          <button className="icon" onClick={() => dialog.current!.close()} aria-label={t('dialog.close')}>
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface Asked {
  title: string;
  text: string;
  /** The text of the button that does it. */
  act: string;
  run(): void;
  close(): void;
}

/** Asks before something that is not easily taken back. */
export function Confirm({ title, text, act, run, close }: Asked) {
  const t = useT();
  return (
    <Dialog title={title} close={close}>
      <p className="soft">{text}</p>
      <div className="actions">
        <button data-first="" onClick={close}>
          {t('dialog.cancel')}
        </button>
        <button
          className="danger"
          onClick={() => {
            close();
            run();
          }}
        >
          {act}
        </button>
      </div>
    </Dialog>
  );
}
