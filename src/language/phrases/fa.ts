// Persian, with what Urdu shares.
import type { Phrases } from './shape.ts'

export const fa: Phrases = {
  language: 'fa',
  slugs: { flash: 'فوری', correction: 'اصلاحیه' },
}
