import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { hrefOf, navigate } from './route';

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'onClick'> {
  to: string;
  /** Called after the page has moved to the link's address. */
  followed?(): void;
}

/**
 * A link that moves within the page. With a modifier key the browser opens it in a new tab, as any
 * link.
 */
export function Link({ to, followed, children, ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
    followed?.();
  };
  return (
    <a href={hrefOf(to)} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
