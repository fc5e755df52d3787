// How much of an index of maps one poll reads. Apart from choosing, which takes a moment to load and is seldom needed.

/** Documents of one index that one poll reads at most, those of an index in it among them. */
export const MAPS_A_POLL = 8
