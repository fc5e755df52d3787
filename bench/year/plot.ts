// A year as small charts over months, as SVG.

export interface Month {
  month: number
  /** New reports. */
  filed: number
  /** Reports on file at its end. */
  kept: number
  fileMb: number
  walMb: number
  memoryMb: number
  /** Processor time of the process for a new report. */
  cpuMs: number
  /** From published to on file, in the median. */
  latenessMin: number
  polls: number
  pageMs: number
}

const CHARTS: readonly [key: keyof Month, label: string][] = [
  ['fileMb', 'database file, MB'],
  ['memoryMb', 'memory (PSS), MB'],
  ['cpuMs', 'processor time a report, ms'],
  ['latenessMin', 'late in the median, minutes'],
]
const WIDTH = 320
const HEIGHT = 130
const PAD = 34

export function plot(months: readonly Month[], retain: string): string {
  const charts = CHARTS.map(([key, label], at) => {
    const values = months.map(month => month[key])
    const top = Math.max(...values, 0.001) * 1.15
    const x = (of: number): number => PAD + ((WIDTH - 1.5 * PAD) * of) / Math.max(1, months.length - 1)
    const y = (value: number): number => HEIGHT - 22 - ((HEIGHT - 44) * value) / top
    const points = values.map((value, of) => `${x(of).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
    const dots = values
      .map((value, of) => `<circle cx="${x(of).toFixed(1)}" cy="${y(value).toFixed(1)}" r="2.5"/>`)
      .join('')
    const numbers = values
      .map((value, of) =>
        of % 3 === 0 || of === values.length - 1
          ? `<text x="${x(of).toFixed(1)}" y="${(y(value) - 7).toFixed(1)}" text-anchor="middle">${value}</text>`
          : '',
      )
      .join('')
    const marks = months
      .map(({ month }, of) =>
        of % 2 === 0 ? `<text x="${x(of).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="middle">${month}</text>` : '',
      )
      .join('')
    return `<g transform="translate(${(at % 2) * WIDTH} ${24 + Math.floor(at / 2) * HEIGHT})"><text x="${PAD}" y="12" font-weight="600">${label}</text><path d="M${PAD} ${HEIGHT - 22}H${WIDTH - PAD / 2}" stroke="#8b8474" fill="none"/><polyline points="${points}" fill="none" stroke="#0a5568" stroke-width="1.5"/><g fill="#0a5568">${dots}</g><g font-size="9">${numbers}${marks}</g></g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * WIDTH} ${2 * HEIGHT + 30}" font-family="system-ui,sans-serif" font-size="11" fill="#1a1916"><title>By month: database file, memory, processor time a report, lateness</title><rect width="100%" height="100%" fill="#fbfaf7"/><text x="${PAD}" y="16" font-size="12">By month of thirty days; reports are kept for ${retain}</text>${charts.join('')}</svg>\n`
}
