// The style sheet, sent inside each page and allowed by its hash in the Content-Security-Policy.
import { createHash } from 'node:crypto'

// Logical properties only (inline-start, not left), so that one sheet serves both directions of writing. Arabic gets
// its own fonts first, because many Latin fonts carry poor Arabic glyphs; more room between lines, because its marks
// stand above and below; and never italics, capitals or letter-spacing, which its script does not know.
export const STYLE = `
:root{color-scheme:light dark;--paper:#fcfaf5;--ink:#1d1b17;--soft:#5f594e;--rule:#d8d1c2;--strong:#1d1b17;--link:#1d4468;
--mark:#9a2a1f;--ins:#e2efdc;--del:#f6dfda;--panel:#f4f0e7;
--latin:Charter,"Iowan Old Style","Palatino Linotype",Palatino,Georgia,"Noto Serif","DejaVu Serif",serif;
--arabic:"Noto Naskh Arabic","Noto Naskh Arabic UI","Geeza Pro",Charter,"Iowan Old Style",Georgia,"Noto Serif","DejaVu Serif","Sakkal Majalla","Noto Sans Arabic","Segoe UI",Tahoma,serif;
--plain:system-ui,"Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic",Tahoma,sans-serif}
@media (prefers-color-scheme:dark){:root{--paper:#171613;--ink:#e9e4d8;--soft:#a59d8d;--rule:#3b382f;--strong:#8d8676;--link:#9dc3e6;
--mark:#ef8a78;--ins:#24401f;--del:#4c2521;--panel:#201e1a}}
*{box-sizing:border-box}
html{background:var(--paper);color:var(--ink);font:1.0625rem/1.55 var(--latin);-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:74rem;padding:0 1.25rem 3rem;overflow-wrap:break-word}
[lang]{font-family:var(--latin);line-height:1.55}
[lang|=ar],[lang|=fa],[lang|=ur],[lang|=ps],[lang|=ckb],[lang|=sd],[lang|=ug]{font-family:var(--arabic);line-height:1.8}
[lang|=he],[lang|=yi]{font-family:"Noto Serif Hebrew",var(--latin)}
span[lang],bdi[lang]{line-height:inherit}
a{color:inherit;text-decoration:none}
a:hover{text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.18em}
a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
p{margin:.4em 0}
h1,h2,h3,h1[lang],h2[lang]{font-weight:600;line-height:1.2;margin:0;text-wrap:balance}
h1:lang(ar),h2:lang(ar),h3:lang(ar),h1:lang(fa),h2:lang(fa),h3:lang(fa),h1:lang(ur),h2:lang(ur),h3:lang(ur){line-height:1.5}
img,video{max-width:100%;height:auto}
ul,ol{margin:0;padding:0;list-style:none}
[dir]{text-align:start}
.skip{position:absolute;inset-inline-start:-999rem}
.skip:focus{inset-inline-start:1rem;inset-block-start:.5rem;background:var(--paper);padding:.3rem .6rem}
.masthead{text-align:center;padding:1.6rem 0 .7rem;border-block-end:3px double var(--strong)}
.masthead .name{display:block;text-align:center;font-size:clamp(1.9rem,6vw,3.4rem);font-weight:600;line-height:1.15;margin:0}
.masthead .name:lang(ar){line-height:1.5}
.masthead .date{color:var(--soft);font-size:.9rem;margin:.3rem 0 0;text-align:center}
nav.sections{display:flex;flex-wrap:wrap;justify-content:center;gap:.1rem 1.5rem;padding:.5rem 0;border-block-end:1px solid var(--rule);font-size:.95rem}
nav.sections [aria-current]{border-block-end:2px solid var(--ink)}
.filters{display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:.45rem 0;font-size:.9rem;color:var(--soft);border-block-end:1px solid var(--rule)}
.filters h2{font-size:.9rem;font-weight:600;line-height:inherit}
.filters a,.filters span{line-height:1.8}
.filters [aria-current]{color:var(--ink);font-weight:600;text-decoration:underline;text-underline-offset:.25em}
.note{color:var(--soft);font-size:.9rem}
main{padding-block-start:.4rem}
.kicker:first-child,main>.headline:first-child{margin-block-start:1.3rem}
.meta{color:var(--soft);font-size:.875rem;line-height:1.6;margin:.3rem 0 0}
.meta .by{color:var(--ink);font-weight:600}
.dot::before{content:"·";margin-inline:.4em;color:var(--soft)}
.label{color:var(--mark);font-weight:700;font-size:.875em}
.lead{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,3fr);gap:0 2rem;padding-block-end:1.4rem;border-block-end:1px solid var(--strong);margin-block-start:1.1rem}
.lead h2{font-size:clamp(1.6rem,3.6vw,2.6rem)}
.lead .text{font-size:1.1rem;margin-block-start:.7rem}
.lead:not(:has(>ul)){grid-template-columns:minmax(0,1fr)}
.others{font-size:.95rem}
.others>li{padding:.45rem 0;border-block-start:1px solid var(--rule)}
.lead>.others>li:first-child{border-block-start:0;padding-block-start:.2rem}
.others .meta{margin:0}
.lead>.others{border-inline-start:1px solid var(--rule);padding-inline-start:2rem;font-size:1.02rem}
.columned{columns:19rem 3;column-gap:2rem;column-rule:1px solid var(--rule)}
.columned>*{break-inside:avoid}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19.5rem,100%),1fr));gap:0 2rem}
.card{padding:1.1rem 0;border-block-end:1px solid var(--rule)}
.card h2{font-size:1.32rem}
.card .text{font-size:.98rem}
.card .others{margin-block-start:.6rem}
.second{grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr))}
.second .card h2{font-size:1.6rem}
.part{margin-block-start:2.2rem;border-block-start:3px double var(--strong);padding-block-start:.7rem}
.part>h2{font-size:1.15rem}
.part>.note{margin:.1rem 0 .6rem}
.brief>li{padding:.55rem 0;border-block-end:1px solid var(--rule)}
.brief .meta{margin:0}
.kicker{color:var(--soft);font-size:.95rem;margin:0 0 .35rem}
.kicker a{text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.2em;text-decoration-color:var(--rule)}
.headline{font-size:clamp(1.7rem,4.4vw,2.9rem);max-width:24em}
.columns{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,1fr);gap:0 2.5rem;align-items:start}
.columns>*{min-width:0}
.columns aside{font-size:.95rem}
.timeline>li{display:grid;grid-template-columns:4.6rem minmax(0,1fr);gap:0 1rem;padding:.8rem 0;border-block-end:1px solid var(--rule)}
.timeline>li>time{color:var(--soft);font-size:.9rem;line-height:1.9;font-variant-numeric:tabular-nums}
.timeline h3{font-size:1.15rem}
.timeline .text{font-size:.96rem;margin:.25rem 0 0}
.timeline>.date{display:block;font-size:.95rem;font-weight:600;padding:1.1rem 0 .3rem;border-block-end:1px solid var(--strong)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.93rem}
caption{text-align:start;color:var(--soft);font-size:.9rem;padding-block-end:.3rem}
th,td{text-align:start;vertical-align:top;padding:.42rem .35rem;padding-inline-end:1rem;border-block-end:1px solid var(--rule)}
th{font-weight:600;color:var(--soft);font-size:.86rem}
tbody th{color:var(--ink);font-size:inherit}
td.number,th.number{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
.nowrap{white-space:nowrap}
.address{font-family:var(--plain);font-size:.82rem;color:var(--soft);font-weight:400;word-break:break-all;unicode-bidi:isolate}
th .note,th .meta{font-weight:400}
.headline .label{font-size:.55em}
.bad{color:var(--mark)}
.article .body{max-width:40rem;font-size:1.14rem;margin-block-start:1rem}
.article .body p{margin:0 0 1em}
.article .body a{color:var(--link);text-decoration:underline}
.article .body table{display:block;overflow-x:auto}
.article .body blockquote{margin-inline:0;padding-inline-start:1rem;border-inline-start:3px solid var(--rule)}
.article .body ul,.article .body ol{padding-inline-start:1.4rem;list-style:revert}
.article .body pre{overflow-x:auto}
.go{color:var(--link);text-decoration:underline;text-underline-offset:.2em}
.withdrawn{border:2px solid var(--mark);padding:.7rem 1rem;margin:1rem 0;max-width:40rem}
.withdrawn h2{color:var(--mark);font-size:1.1rem}
.struck{text-decoration:line-through;text-decoration-color:var(--mark);text-decoration-thickness:1px}
.revision{border-block-start:1px solid var(--rule);padding:.8rem 0;max-width:46rem}
.revision h3{font-size:1rem}
.revision .title{font-weight:600;margin:.5rem 0}
.revision .words{white-space:pre-line}
ins{background:var(--ins);text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:.2em}
del{background:var(--del);text-decoration:line-through}
.hidden{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
details>summary{cursor:pointer;color:var(--soft);font-size:.95rem;padding:.5rem 0}
.flash{border-inline-start:3px solid var(--mark);padding:.1rem 1rem;margin:1.2rem 0;max-width:40rem}
.opening{max-width:46rem;margin-inline-end:auto;font-size:1.08rem;margin-block-start:.8rem}
.tongues{margin-block-start:1.2rem;max-width:46rem}
.tongues h2,.small{font-size:.95rem;color:var(--soft);font-weight:600}
.small{margin-block-start:.7rem}
.tongues li{padding:.4rem 0;border-block-end:1px solid var(--rule)}
.tongues .meta{margin:0}
.toll{margin-block-start:1rem}
.toll h3{font-size:1.02rem}
.toll+.toll{margin-block-start:1.6rem}
.differ{border-inline-start:3px solid var(--mark);padding-inline-start:.6rem;font-size:.92rem}
.when{font-size:.84rem}.when time{white-space:nowrap}
.taken a{color:var(--soft)}
.chart{display:block;inline-size:100%;max-inline-size:24rem;block-size:auto;margin-block-start:.3rem}
.chart path{fill:none;stroke:var(--ink);stroke-width:1.6}
.chart circle{fill:var(--mark);stroke:var(--paper);stroke-width:1}
.chart .hedged{fill:var(--paper);stroke:var(--mark);stroke-width:1.6}
.chart text{fill:var(--ink);font:600 12px var(--plain)}
form.search{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0 .3rem;max-width:40rem}
form.search input{flex:1 1 14rem;min-width:0;font:inherit;padding:.45rem .7rem;color:inherit;background:var(--panel);border:1px solid var(--rule);border-radius:2px}
form.search button{font:inherit;padding:.45rem 1.3rem;color:var(--paper);background:var(--ink);border:0;border-radius:2px;cursor:pointer}
.empty{max-width:34rem;padding:2.5rem 0}
.empty h1,.empty h2{font-size:1.7rem;margin-block-end:.5rem}
footer{margin-block-start:3rem;border-block-start:3px double var(--strong);padding-block-start:.8rem;color:var(--soft);font-size:.9rem}
footer ul{display:flex;flex-wrap:wrap;gap:.1rem 1.4rem}
footer a{text-decoration:underline;text-decoration-color:var(--rule);text-underline-offset:.2em}
bdi{unicode-bidi:isolate}
@media (max-width:52rem){.lead,.columns{grid-template-columns:minmax(0,1fr)}
.lead>.others{border-inline-start:0;padding-inline-start:0;margin-block-start:1rem;border-block-start:1px solid var(--rule);padding-block-start:.4rem}
.timeline>li{grid-template-columns:3.4rem minmax(0,1fr);gap:0 .7rem}}
@media (max-width:34rem){body{padding-inline:1rem}.lead .text{font-size:1.02rem}
table.stack thead{position:absolute;inset-inline-start:-999rem}
table.stack tr{display:block;padding:.6rem 0;border-block-end:1px solid var(--rule)}
table.stack td,table.stack th{display:block;border:0;padding:.05rem 0;text-align:start}
table.stack td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}}
@media print{html{background:#fff;color:#000;font-size:10.5pt}nav,.filters,form,.skip{display:none}.card,.timeline>li{break-inside:avoid}}
`

/** Value for `style-src` that allows this sheet and no other. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`
