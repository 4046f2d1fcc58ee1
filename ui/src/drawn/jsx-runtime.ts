/** What React's elements are made with, here and in the libraries (vite.config.ts): text that is drawn goes through `visible` on
 * its way into an element of HTML, so that no page can forget it. What is typed (`value`) stays as it is. */
import { Fragment, jsx as element, jsxs as elements } from '../../node_modules/react/jsx-runtime.js';

import { visible } from './visible';

type Props = Record<string, unknown> & { children?: unknown };

/** Attributes that are read: in a tooltip, or aloud. */
const read = ['title', 'aria-label', 'aria-description', 'alt', 'placeholder'];

function shown(child: unknown): unknown {
  if (typeof child === 'string') return visible(child);
  if (Array.isArray(child) && child.some((each) => typeof each === 'string' && visible(each) !== each)) return child.map(shown);
  return child;
}

function drawn(type: unknown, props: Props): Props {
  if (typeof type !== 'string' && type !== Fragment) return props;
  let out = props;
  const set = (name: string, value: unknown) => {
    if (value === props[name]) return;
    if (out === props) out = { ...props };
    out[name] = value;
  };
  set('children', shown(props.children));
  for (const name of read) if (typeof props[name] === 'string') set(name, visible(props[name]));
  return out;
}

export { Fragment };
export const jsx: typeof element = (type, props, key) => element(type, drawn(type, props as Props), key);
export const jsxs: typeof elements = (type, props, key) => elements(type, drawn(type, props as Props), key);
