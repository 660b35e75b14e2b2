import { useEffect, useRef, type ReactNode } from 'react';
import { CloseIcon } from './icons';

/**
 * The browser's own modal dialog: it keeps the focus inside, closes on Escape and gives the focus back.
 * What carries data-first has the focus at first.
 */
export function Dialog({ title, close, children }: { title: string; close(): void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current!.showModal();
    dialog.current!.querySelector<HTMLElement>('[data-first]')?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
      aria-label={title}
    >
      <div className="sheet">
        <header>
          <h2>{title}</h2>
          <button className="icon" onClick={() => dialog.current!.close()} aria-label="Close">
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
