declare module 'virtual:api-document' {
  export const description: string;
  export const groups: import('./document').ApiGroup[];
}
