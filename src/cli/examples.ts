// What `--help` and the manual page show of each command: lines as they are typed.

/** By command. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  run: ['minwal run', 'minwal run --config /etc/minwal/config.json'],
  poll: ['minwal poll', 'minwal poll --force', 'minwal poll spa https://agency.example/rss'],
  check: ['minwal check', 'minwal check --fetch', 'minwal check --json --config new.json'],
  feeds: ['minwal feeds', 'minwal feeds --json | jq \'.[] | select(.state == "failing") | .url\''],
  add: [
    'minwal add agency.example',
    "minwal add https://agency.example/rss --name 'The Agency'",
    "minwal add https://agency.example/news --page --items 'article.card'",
    `minwal add 'https://agency.example/feed?key=${'$'}{KEY}' --agency agency`,
  ],
  import: ['minwal import subscriptions.opml', 'curl -s https://reader.example/opml | minwal import -'],
  export: ['minwal export > subscriptions.opml'],
  threads: ['minwal threads --since 24h', 'minwal threads --lang ar --limit 10', 'minwal threads --agency spa --json'],
  thread: ['minwal thread 17', 'minwal thread 17 --json'],
  story: ['minwal story 42'],
  search: ['minwal search earthquake', 'minwal search زلزال تركيا --limit 5'],
  explain: ['minwal explain 42', 'minwal explain thread:17', 'minwal explain report:99'],
  merge: ['minwal merge 17 18', 'minwal merge story:42 story:43'],
  split: ['minwal split 17 42 43', 'minwal split story:42 99'],
  decisions: ['minwal decisions', 'minwal decisions --export labels.jsonl'],
  prune: ['minwal prune --dry-run', 'minwal prune'],
  publish: ['minwal publish /var/www/news', 'minwal publish /var/www/news --since 8w --gzip'],
  parse: [
    'minwal parse feed.xml',
    'curl -s https://agency.example/rss | minwal parse - --url https://agency.example/rss --json',
  ],
  page: [
    "minwal page https://agency.example/a/17 --title 'Ferry crews end strike'",
    'minwal page saved.html --url https://agency.example/a/17 --json',
  ],
  eval: ['minwal eval items.jsonl', 'minwal eval items.jsonl --out groups.jsonl --errors wrong.jsonl'],
  sql: [
    'minwal sql .tables',
    'minwal sql .schema report',
    'minwal sql "select title, agencies from thread order by last desc limit 5"',
    'minwal sql --param agency=spa --csv "select time, title from report where agency = :agency" > spa.csv',
    'minwal sql --json < query.sql',
  ],
  backup: ['minwal backup /var/backups/minwal.db', 'minwal backup --secrets copy.db'],
  copy: [
    'minwal copy --from data/minwal.db --to postgres://minwal@db.example/minwal',
    'minwal copy --from postgres://minwal@db.example/minwal --to minwal.db --json',
  ],
  notify: ['minwal notify', 'minwal notify --test', 'minwal notify quakes --test'],
  replay: ['minwal replay /tmp/tried.db', 'minwal replay tried.db --config new.json'],
  service: ['minwal service install', 'sudo minwal service install --apply'],
  doctor: ['minwal doctor', 'minwal doctor --fix', 'minwal doctor --json'],
  completions: [
    'minwal completions bash > ~/.local/share/bash-completion/completions/minwal',
    'minwal completions zsh > ~/.zfunc/_minwal',
    'minwal completions fish > ~/.config/fish/completions/minwal.fish',
  ],
}
