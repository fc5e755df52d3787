// English.
import type { Phrases } from './shape.ts'

export const en: Phrases = {
  language: 'en',
  slugs: {
    flash: 'urgent|breaking|breaking news|newsflash|news flash',
    strictFlash: 'flash|snap|alert|bulletin',
    update: 'update|updated|wrapup',
    strictUpdate: 'adds|updates|recasts|refile|lead',
    correction: 'correction|corrected|clarification',
    strictCorrection: 'corrects|corrective',
    kill: 'kill notice|story withdrawn|story killed',
    strictKill: 'kill|kills|withdrawn|withdrawal|killed|mandatory kill|retracted',
    strictRepeat: 'rpt|repeat|repeats',
  },
  sections:
    'general|politics|political|economy|economic|business|finance|sport|sports|culture|society|health|science|world|local',
  tolls: {
    counted: {
      killed: 'killed dead deaths death fatalities died slain',
      injured: 'injured wounded hurt injuries',
      missing: 'missing unaccounted',
      arrested: 'arrested detained arrests detentions detainees',
      displaced: 'displaced homeless',
    },
    leading: {
      killed: 'killed killing kills kill dead deaths death died toll fatalities',
      injured: 'injured injuring injures wounded wounding wounds hurt hurting injuries',
      missing: 'missing',
      arrested: 'arrested arresting arrests arrest detained detaining detains',
      displaced: 'displaced displacing displaces',
    },
    active: 'killed injured wounded hurt arrested detained displaced kills wounds kill',
    object:
      'a an the at some more over about around nearly dozens hundreds thousands scores several many up another two three',
    filler: `people person persons others more civilians civilian protesters protestors demonstrators police policemen policewomen
      officers officer soldiers soldier troops members service personnel children child women men passengers workers migrants
      militants residents staff have has had been be were was are is being left reported confirmed still now security forces
      law enforcement of them`,
    about: `at least about some more than over nearly almost around up an estimated of number a further another as many total`,
    to: 'to at reached reaches reaching hits hit passes',
    from: 'from',
    unit: `% percent per pct year years day days hour hours minute minutes second seconds week weeks month months old km kilometers
      kilometres miles meters metres dollars euros pounds times hectares acres points goals tons tonnes barrels am pm degrees
      january february march april may june july august september october november december jan feb mar apr jun jul aug sept
      oct nov dec th st nd rd countries cities provinces attacks incidents cases buildings homes houses vehicles`,
    stop: 'and or in on by with during after before when who which that as for but while not',
    thousand: 'thousand',
    million: 'million millions',
  },
  authors: '(?:Story |Text |Photos )?By|BY',
  bounds: {
    upTo: 'up to|as many as|at most|no more than|not more than',
    atLeast: 'at least|no (?:fewer|less) than|not less than|more than|over|upwards of|a minimum of',
    about: 'about|around|some|nearly|almost|roughly|approximately|an estimated|close to',
    atLeastAfter: 'or more|at least',
    aboutAfter: 'approximately|or so',
  },
  embargo: [
    'under (?:strict )?embargo until',
    'not for (?:release|publication|broadcast|use|publication or broadcast)(?: before| until| prior to)',
    '(?:hold for release|for release|do not (?:publish|use|release) before|hold until)(?: until| at| on| after)?',
    '(?:strictly )?embargo(?:ed)?(?: for release)?(?: not for (?:release|publication|broadcast)(?: or broadcast)?)?(?: until| till| to| for)?(?: (?:release|publication)(?: at| on)?)?',
  ],
  headings:
    'share|share this|share this article|share on|tweet|related|related stories|related news|related topics|related content|tags|topics|comments|more|more stories|more news|most read|advertisement|recommended|trending',
  headed:
    'related articles|more from|recommended reading|what to read next|related article|read more|read also|also read|see also|more on this story|you may also like|recommended for you|continue reading|follow us on|sign up for',
}
