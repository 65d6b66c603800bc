/** One numbered, forward-only step of the schema. A step that has shipped is never edited: add the next one. */
export interface Migration {
  version: number;
  sql: string;
}
