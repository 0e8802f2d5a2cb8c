import type { AnchorHTMLAttributes, ComponentChildren } from 'preact';
import type { Address } from '../model/address.ts';
import { go, linkTo } from '../store/address.ts';

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'role' | 'type'> {
  readonly to: Partial<Address>;
  readonly children?: ComponentChildren;
}

/** Leads elsewhere within the page; in another tab if the reader asks the browser for one. */
export function Link({ to, children, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={linkTo(to)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
