// The parts of this folder under one name, until every importer names the part it needs.
export { boundMarks, fold } from './fold.ts'
export { matcher, searchable, searchExpression } from './search.ts'
export { primaryLanguage, textDirection as direction } from './tag.ts'
export { shingles, stem, terms } from './terms.ts'
export { hash32, words } from './words.ts'
