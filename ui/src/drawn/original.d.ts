/** React's own runtime, by the path that no alias takes. */
declare module '*/node_modules/react/jsx-runtime.js' {
  export { Fragment, jsx, jsxs } from 'react/jsx-runtime';
}
