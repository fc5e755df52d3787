// Writes npm-shrinkwrap.json, by which whoever installs the package gets the dependencies it was tested with; `--remove` takes it
// away. npm runs both around `npm pack`: in a checkout package-lock.json rules.
import { copyFileSync, rmSync } from 'node:fs'

const file = new URL('../npm-shrinkwrap.json', import.meta.url)

if (process.argv.includes('--remove')) rmSync(file, { force: true })
else copyFileSync(new URL('../package-lock.json', import.meta.url), file)
