// Language tags (BCP 47): the primary subtag, and the direction in which a language is written.

/** Primary subtag of a language tag: `ckb` of `ckb-IQ`, `pt` of `pt_BR`. Null where no language is given. */
export function primaryLanguage(language: string | null): string | null {
  return language?.toLowerCase().split(/[-_]/, 1)[0] || null
}

const RTL = /^(ar|arc|ckb|dv|fa|he|iw|ku-arab|ps|sd|ug|ur|yi)(-|$)/i

/** Direction in which a language is written. */
export function textDirection(language: string | null): 'rtl' | 'ltr' | 'auto' {
  if (!language) return 'auto'
  return RTL.test(language) ? 'rtl' : 'ltr'
}
