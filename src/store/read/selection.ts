// A reader's selection as conditions on stories (`s`) and their parameters.
import { searchExpression } from '../../language/text.ts'
import type { Selection } from '../../model/shown.ts'
import type { Parameters } from '../sql.ts'

export interface Conditions {
  where: string[]
  parameters: Parameters
}

/** Null where nothing can match: the words typed hold nothing to search for. */
export function storyConditions(selection: Partial<Selection>): Conditions | null {
  const where: string[] = []
  const parameters: Parameters = {}
  if (selection.lang !== undefined) {
    where.push(`(s.language = @lang or substr(s.language, 1, length(@lang) + 1) = @lang || '-')`)
    parameters['lang'] = selection.lang
  }
  if (selection.agency !== undefined) {
    where.push('exists (select 1 from reports x where x.story = s.id and x.agency = @agency)')
    parameters['agency'] = selection.agency
  }
  if (selection.category !== undefined) {
    where.push(`exists (select 1 from reports x join feeds f on f.id = x.feed where x.story = s.id and
      (f.category = @category or exists (select 1 from json_each(x.categories) c where c.value = @category)))`)
    parameters['category'] = selection.category
  }
  if (selection.credit !== undefined) {
    where.push(`exists (select 1 from reports x join credits c on c.report = x.id
      where x.story = s.id and (c.agency = @credit or c.name = @credit))`)
    parameters['credit'] = selection.credit
  }
  if (selection.q !== undefined) {
    const expression = searchExpression(selection.q)
    if (!expression) return null
    where.push('s.id in (select x.story from search join reports x on x.id = search.rowid where search match @match)')
    parameters['match'] = expression
  }
  if (selection.thread !== undefined) {
    where.push('s.thread = @thread')
    parameters['thread'] = selection.thread
  }
  return { where, parameters }
}

/** `where` of these conditions, empty for none. */
export const whereOf = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
