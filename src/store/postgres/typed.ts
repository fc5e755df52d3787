// Types of the columns of tables, as PostgreSQL has them.

/** Texts are compared byte by byte, as SQLite does: a table's order is no language's. */
export const typed = (script: string): string =>
  script
    .replaceAll(/^( +\w+ +)text\b/gm, '$1text collate "C"')
    .replaceAll(/^( +\w+ +)(?:integer|number)\b/gm, '$1bigint')
    .replaceAll(/^( +\w+ +)real\b/gm, '$1double precision')
