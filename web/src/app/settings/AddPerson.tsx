import type { Person } from '@aparte/client';
import { lazy, Suspense, useState } from 'react';

const PersonSearch = lazy(() => import('../PersonSearch').then((m) => ({ default: m.PersonSearch })));

/** A button that finds somebody for a list. */
export function AddPerson({ label, pick }: { label: string; pick(person: Person): void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button className="add-person" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {label}
      </button>
      <Suspense>{open && <PersonSearch title={label} close={() => setOpen(false)} pick={pick} />}</Suspense>
    </>
  );
}
