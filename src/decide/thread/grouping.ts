// Which of some stories belong together: agglomerative grouping by average link. Pure.

export interface GroupingRules {
  /** Two groups come together from this link on. */
  threshold: number
  /**
   * How much the link of two groups is raised where their own stories are little alike: 0 leaves the mean likeness as it is,
   * 0.5 makes it the cosine of two centroids. Short headlines on one event share few words, and a group of them says more
   * than each pair does.
   */
  cohesion: number
  /** How many each place stands for, where not one: `likeness` is then the sum over their pairs. */
  counts?: readonly number[]
  /** Pairs of places that are in one group whatever their likeness. */
  together: readonly (readonly [number, number])[]
  /** Pairs of places that are never in one group. */
  apart: readonly (readonly [number, number])[]
}

// Outweighs any likeness of the largest groups: a link over it is below zero.
const NEVER = -1e9

/**
 * Groups of places, each ascending, in the order of their first. `likeness` holds `size` x `size` cosines, 1 on the
 * diagonal, and is used up. The nearest two groups come together first; of two alike the earlier.
 */
export function groups(likeness: Float64Array, size: number, rules: GroupingRules): number[][] {
  const sums = likeness
  const count = Float64Array.from({ length: size }, (_, at) => rules.counts?.[at] ?? 1)
  // What the mean likeness within a group, to the power of -cohesion, raises a link by.
  const raise = new Float64Array(size).fill(1)
  const members: number[][] = Array.from({ length: size }, (_, at) => [at])
  const nearest = new Int32Array(size).fill(-1)
  const links = new Float64Array(size).fill(-1)
  const alive = new Uint8Array(size).fill(1)
  for (const [one, other] of rules.apart) {
    sums[one * size + other] = NEVER
    sums[other * size + one] = NEVER
  }

  const link = (one: number, other: number) =>
    ((sums[one * size + other] as number) / ((count[one] as number) * (count[other] as number))) *
    (raise[one] as number) *
    (raise[other] as number)
  const look = (one: number) => {
    let most = 0
    let who = -1
    for (let other = 0; other < size; other++) {
      if (other === one || alive[other] === 0 || (sums[one * size + other] as number) <= 0) continue
      const value = link(one, other)
      if (value <= most) continue
      most = value
      who = other
    }
    links[one] = most
    nearest[one] = who
  }
  const join = (one: number, other: number) => {
    const [kept, gone] = one < other ? [one, other] : [other, one]
    const within =
      (sums[kept * size + kept] as number) +
      2 * (sums[kept * size + gone] as number) +
      (sums[gone * size + gone] as number)
    for (let at = 0; at < size; at++) {
      const sum = (sums[kept * size + at] as number) + (sums[gone * size + at] as number)
      sums[kept * size + at] = sum
      sums[at * size + kept] = sum
    }
    sums[kept * size + kept] = within
    count[kept] = (count[kept] as number) + (count[gone] as number)
    raise[kept] = Math.max(1e-3, within / (count[kept] as number) ** 2) ** -rules.cohesion
    alive[gone] = 0
    members[kept] = [...(members[kept] as number[]), ...(members[gone] as number[])]
    members[gone] = []
    return [kept, gone] as const
  }

  const groupOf = (place: number) => members.findIndex(group => group.includes(place))
  for (const [one, other] of rules.together) {
    const [a, b] = [groupOf(one), groupOf(other)]
    if (a !== b) join(a, b)
  }
  for (let at = 0; at < size; at++) if (alive[at] === 1) look(at)
  for (;;) {
    let most = rules.threshold
    let one = -1
    for (let at = 0; at < size; at++) {
      if (alive[at] === 0 || nearest[at] === -1) continue
      const value = links[at] as number
      if (value < most || (value === most && one >= 0)) continue
      most = value
      one = at
    }
    if (one < 0) break
    const [kept, gone] = join(one, nearest[one] as number)
    look(kept)
    for (let at = 0; at < size; at++) {
      if (alive[at] === 0 || at === kept) continue
      if (nearest[at] === kept || nearest[at] === gone) look(at)
      else if ((sums[at * size + kept] as number) > 0 && link(at, kept) > (links[at] as number)) {
        links[at] = link(at, kept)
        nearest[at] = kept
      }
    }
  }
  return members.filter(group => group.length > 0).map(group => group.sort((a, b) => a - b))
}
