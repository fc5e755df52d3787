// Words by which the furniture of pages shows, in the languages of the pages. Tables only.

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/).filter(Boolean))

/** Elements that hold no text of a report wherever they stand. */
export const FURNITURE_ELEMENTS = set('nav footer aside form button figure figcaption time dialog menu')

/** Roles (WAI-ARIA) of furniture. */
export const FURNITURE_ROLES = set(
  'navigation complementary contentinfo banner search dialog alertdialog alert status menu menubar toolbar tablist tooltip form img figure button',
)

/** Words in the class or id of furniture, cut at hyphens, underscores and capitals. */
export const FURNITURE_WORDS = set(`
  caption captions credit credits byline bylines dateline timestamp
  related recommend recommended recommendation recommendations recirc recirculation readmore moreon outbrain taboola
  newsletter newsletters subscribe subscription signup promo promos promotion promoted sponsor sponsored advert advertisement advertising
  ad ads adv banner
  share shares sharing sharebar social socials addthis sharethis follow followus
  tags taglist tagcloud keywords comment comments disqus respond
  breadcrumb breadcrumbs pagination pager paging navbar navigation toolbar
  meta postmeta widget widgets sidebar footer footnote copyright copyrights
  consent cookie cookies gdpr cmp popup modal overlay lightbox
  toc rating ratings survey poll polls print printfriendly hidden skip
  gallery slideshow carousel slider
  trending popular mostread mostpopular
  relate nextarticle
`)

/** Two such words one after the other. */
export const FURNITURE_PAIRS = set(`
  author-bio author-box author-info author-card about-author about-the read-more read-also see-also also-read more-on more-from
  more-news most-read most-popular latest-news up-next next-article next-post previous-post prev-next post-navigation
  post-tags entry-tags article-tags tag-list tags-list tag-cloud post-author article-author post-info article-info article-date
  post-date publish-date img-desc image-desc photo-desc wp-caption inline-ad pull-quote screen-reader visually-hidden sr-only
  sign-up log-in call-to in-this jump-to skip-link
`)

// Lines of a text. Folded: no marks, small letters, one form of alif and yeh.

/** How a line of rights begins or what it holds. */
export const RIGHTS =
  /(?:©|\(c\) ?\d{4}|copyright (?:©|\(c\)|\d{4}|by )|all rights reserved|tous droits reserves|droits reserves|alle rechte vorbehalten|todos los derechos reservados|todos os direitos reservados|tutti i diritti riservati|все права защищены|جميع الحقوق محفوظ|كافه الحقوق محفوظ|حقوق النشر محفوظ|حقوق الطبع|版权所有|版權所有|未经许可不得转载|無断転載|무단 ?전재|tum haklari saklidir|hak cipta)/u

/** How the line under a picture begins. */
export const CAPTION_START =
  /^[([]?(?:photos?|photographs?|photography|pictured?|pictures?|images?|image credits?|file photo|file image|credits?|photo credits?|illustration|infographic|graphic|video|watch|foto|fotos|bild|bilder|quelle|imagen|imagem|immagine|photo d'archives|credit photo|صوره|الصوره|صور|تصوير|فيديو|شاهد|фото|видео|图|图片|资料图|写真|사진|gambar) ?(?:by|von|de|:|：|\/|\||©|-) ?/u

/** How it ends: with who made it. */
export const CAPTION_END =
  /(?:getty images?|(?:afp|ap|epa|reuters|xinhua|anadolu|shutterstock|istock|istockphoto|alamy|rex|bloomberg) ?(?:\/|photo)[^.]{0,40}|\/ ?(?:afp|ap|epa|reuters|getty|getty images|rex|xinhua|shutterstock)|shutterstock|istockphoto|file photo|courtesy of [^.]{1,40})[)\].]{0,2}$/u

/** How a line that leads elsewhere begins. */
export const LEADS_AWAY =
  /^(?:read (?:more|also|next|this)|see also|also read|more (?:on|from|about)|related|recommended|click here|sign up|subscribe|follow us|share this|watch (?:also|more)|you (?:may|might) (?:also )?like|don't miss|lire aussi|a lire|voir aussi|lee tambien|lea tambien|leia (?:tambem|mais)|leggi anche|lesen sie (?:auch|mehr)|mehr zum thema|читайте также|смотрите также|اقرا (?:ايضا|المزيد|كذلك)|شاهد ايضا|مواضيع ذات صله|مقالات ذات صله|اخبار ذات صله|قد يهمك|تابعونا|تابعنا|للمزيد|相关(?:阅读|新闻|报道)|延伸阅读|関連記事|관련 ?기사|baca juga|ayrica okuyun)(?![\p{L}\p{M}])/u

/** How a line that names the tags of a report begins. */
export const TAGS_START =
  /^(?:tags?|topics?|keywords?|filed under|in this article|categories|category|more in|mots[- ]cles|etiquetas|schlagworte|теги|كلمات (?:مفتاحيه|دلاليه)|الكلمات (?:المفتاحيه|الدلاليه)|وسوم|الوسوم|علامات|标签|关键词|タグ|태그) ?[:：|]/u

/** How a line that names the writer begins. */
export const BYLINE_START =
  /^(?:by|written by|posted by|reported by|reporting by|from|author|authors|par|von|por|di|автор|текст|كتب|كتبت|بقلم|اعداد|تحرير|المصدر|الكاتب|作者|编辑|编辑|责任编辑|记者|来源|oleh|penulis) ?[:：]? /u

/** How a line that tells when it was published or changed begins. */
export const DATE_START =
  /^(?:published|posted|updated|last updated|last modified|first published|date|publie|mis a jour|modifie|veroffentlicht|aktualisiert|stand|publicado|actualizado|atualizado|pubblicato|aggiornato|опубликовано|обновлено|نشر|نشر في|تاريخ النشر|اخر تحديث|تم النشر|التاريخ|发布时间|发布|时间|更新|dipublikasikan) ?(?:[:：]|on |at |le |am |el |em |il |في |\d)/u
