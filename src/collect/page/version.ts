// The version of the rules that texts are made by.

/** Raised when another text would be made of the same page. */
export const EXTRACTOR = 1
