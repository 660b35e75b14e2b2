import { useId } from 'react';

export function Switch({ label, hint, on, change }: { label: string; hint?: string; on: boolean; change(on: boolean): void }) {
  const id = useId();
  return (
    <div className="switch">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="soft" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={on}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => change(event.target.checked)}
      />
    </div>
  );
}
