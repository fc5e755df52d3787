// What is wrong with a database and its surroundings, what only smells, and what to do about each. Pure.
import type { DoctorFacts, Finding } from '../../model/inspected.ts'
import { backups, journal, leftovers, permissions, space } from './files.ts'
import { ofStore } from './finding.ts'
import { server } from './server.ts'
import { configuration } from './settings.ts'
import { clock, counts, database, feeds, fullText, integrity } from './tables.ts'

/** What each part of the facts says; the checks in the order of their weight. */
export const CHECKS: Readonly<Record<string, (facts: DoctorFacts) => Finding[]>> = {
  database: database,
  server: server,
  integrity: ofStore(integrity),
  'full text': ofStore(fullText),
  counts: ofStore(counts),
  permissions: permissions,
  journal: journal,
  'disk space': space,
  clock: ofStore(clock),
  backups: backups,
  feeds: ofStore(feeds),
  configuration: configuration,
  leftovers: leftovers,
}

/** All findings, what is wrong first. */
export function diagnose(facts: DoctorFacts): Finding[] {
  const found = Object.values(CHECKS).flatMap(check => check(facts))
  return [...found.filter(({ level }) => level === 'wrong'), ...found.filter(({ level }) => level === 'smell')]
}
