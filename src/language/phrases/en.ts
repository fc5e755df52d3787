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
  people: {
    everyone: 'people|person|persons|individuals|victims|lives',
    others: 'others|other|more|another',
    heads: 'men|man|members|member|personnel|staff|elements|officials|cases|citizens|nationals|residents|locals|adults',
    partitives: 'of|the|among|from among|from the ranks of|its|their|his',
    including: 'of them|of whom|among them|among whom|them|whom',
    groups: {
      'security forces': `security forces|security force|security personnel|security men|security|police|policeman|policemen|policewomen|
        police officers|officers|officer|law enforcement|law enforcers|armed police|armed officers|gendarmes|gendarmerie|guards|guardsmen|national guard|border guards|constables`,
      soldiers:
        'soldiers|soldier|troops|servicemen|service members|armed forces|military|military personnel|army|marines|sailors|peacekeepers|conscripts',
      'armed men': `armed|gunmen|gunman|militants|militiamen|militia|fighters|rebels|insurgents|terrorists|extremists|jihadists|islamists|
        attackers|assailants|criminals|bandits|suicide bombers|bombers`,
      protesters: 'protesters|protestors|demonstrators|rioters|marchers|activists',
      civilians: 'civilians|civilian|bystanders',
      children: 'children|child|boys|girls|schoolchildren|babies|infants|toddlers|teenagers|minors',
      women: 'women|woman',
      journalists: 'journalists|reporters|media workers',
      medics: 'medics|doctors|nurses|paramedics|health workers|medical staff',
      rescuers: 'rescuers|firefighters|firemen|rescue workers|aid workers',
      workers: 'workers|labourers|laborers|employees|workmen|civil servants|office workers',
      migrants: 'migrants|refugees|asylum seekers',
      passengers: 'passengers|travellers|travelers|commuters',
      prisoners: 'prisoners|inmates',
      students: 'students|pupils',
    },
    persons: `witnesses miners fishermen villagers farmers pilgrims tourists hostages crew crewmen suspects pirates smugglers traffickers lawmakers politicians
      jurors players fans spectators worshippers foreigners relatives drivers pilots climbers hikers skiers patients survivors
      crewmembers aides bodyguards candidates voters teachers judges prosecutors supporters opponents dissidents leaders commanders
      shoppers diners guests brothers sisters youths teens pedestrians cyclists motorists sons daughters parents evacuees`,
    endings: 'ists|men|women|ians|ers|ors|ees|ants',
    things: `flight flights plane planes aircraft airliner jet jets helicopter helicopters drone drones ship ships vessel vessels boat boats
      tanker tankers trawler trawlers yacht yachts barge barges car cars bus buses truck trucks lorry lorries trailer trailers tractor tractors
      train trains wagon wagons container containers motorcycle motorcycles families family households head sheep cattle cow cows goat goats horse horses pig pigs dog dogs
      cat cats camel camels bird birds chicken chickens hens poultry ducks turkeys swans fish whale whales dolphin dolphins shark sharks
      elephant elephants rhino rhinos tiger tigers lion lions bear bears wolf wolves deer livestock animal animals bees trees games missiles rockets bombs computers letters papers parcels files documents items jobs server servers users accounts rumors rumours
      bulls calves lambs pets seals turtles snakes crocodiles monkeys pigeons crows geese`,
    beyond: `at near outside inside into under over against between behind around across along since until through throughout off amid
      following because due despite if where whose his her then than today yesterday tonight overnight this last late early so far
      said says say told is in to per`,
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
