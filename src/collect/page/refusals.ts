// Words by which pages that are no report show: of walls, errors, log-ins. Folded as texts are before they are compared.

/** Words in the host or path of an address. */
export const CONSENT_ADDRESS =
  /(?:^|[./_-])(?:consent|cmp|privacy-?(?:center|gate|wall)|cookie-?(?:wall|consent)|gdpr|guce)(?:[./_?-]|$)/i
export const LOGIN_ADDRESS =
  /[/_.-](?:log-?in|sign-?in|sign-?up|signon|sso|auth|oauth2?|authorize|register|registration|connexion|anmelden|anmeldung|identification|iniciar-sesion|entrar|members?-?only)(?:[/_.?-]|$)/i
export const PAYWALL_ADDRESS =
  /[/_.-](?:paywall|subscribe|subscription|abonnement|abo|plus-gate|checkout|offers?)(?:[/_.?-]|$)/i
export const ERROR_ADDRESS = /[/_.-](?:404|not-?found|page-?not-?found|error)(?:[/_.?-]|$)/i

/** What a page is headed by, or begins with. */
export const NOT_FOUND =
  /(?:page|article|content|story|site|url|link)(?: you (?:requested|are looking for|were looking for))? (?:was |is |has |can ?not be |could not be |can't be |couldn't be |does ?n[o']t |does not )?(?:not found|not available|no longer (?:available|exists?)|unavailable|found|exists?|been removed|been moved|missing)|(?:^|\s)404(?:\s|$|:)|not found|oops|(?:can(?:no|'|’)?t|could(?:n['’]t| not)) (?:seem to )?find|page introuvable|introuvable|n'existe (?:pas|plus)|pagina no encontrada|no (?:se )?encontrad[ao]|nao encontrad[ao]|seite (?:wurde )?nicht gefunden|nicht gefunden|pagina non trovata|страница не найдена|не найден|sayfa bulunamadi|(?:الصفحه|الخبر|المقال|الماده|الرابط)[^.،]{0,40}(?:غير موجود|غير متوفر|غير متاح|لم يعد|لم نعثر|حذف)|غير موجوده?(?: |$)|لا يمكن العثور|لا توجد (?:صفحه|نتائج)|لم يتم العثور|页面不存在|找不到|不存在|ページが見つかりません|찾을 수 없/u

export const FAULT =
  /(?:database (?:error|connection)|establishing a database|internal server error|service (?:temporarily )?unavailable|bad gateway|gateway time-?out|application error|fatal error|uncaught (?:exception|error)|stack trace|sql syntax|mysqli?|server error|something went wrong|an error (?:has )?occurred|temporarily (?:down|unavailable)|under maintenance|scheduled maintenance|critical error|erreur (?:interne|de base|serveur)|maintenance en cours|error interno|interner serverfehler|خطا في (?:الاتصال|قاعده|الخادم|النظام)|خطا داخلي|قاعده البيانات|تحت الصيانه|صيانه الموقع|حدث خطا|服务器错误|系统维护|数据库)/u

export const CONSENT =
  /(?:cookies?|your privacy|privacy (?:choices|settings|preferences)|we (?:and our|value your)|our partners|personali[sz]ed ads|legitimate interest|vendors|consent|vie privee|nos partenaires|traceurs|datenschutz|einwilligung|privacidad|privacidade|خصوصيتك|خصوصيه|ملفات تعريف الارتباط|الكوكيز|شركاؤنا|شركائنا|بموافقتك|موافقتك|موافق|隐私|个人信息|同意)/gu

export const BLOCKED =
  /(?:verif(?:y|ying) (?:that )?you are (?:a )?human|are you a robot|not a robot|captcha|just a moment|checking your browser|review the security of your connection|security check|access (?:to this page has been )?denied|access denied|unusual traffic|enable javascript and cookies|request (?:was )?blocked|you have been blocked|ddos protection|attention required|pardon our interruption|bot detection|automated (?:access|requests)|verifions que vous|acces (?:refuse|interdit)|acceso denegado|zugriff verweigert|تحقق من انك (?:انسان|لست روبوت)|لست روبوتا?|تم حظر|الوصول مرفوض|访问被拒绝|人机验证|安全验证|验证码)/u

export const LOGIN =
  /(?:sign in|log ?in|log on|create (?:an|your) account|registered users|forgot(?:ten)? (?:your )?password|se connecter|connectez-vous|iniciar sesion|inicie sesion|faca (?:o )?login|anmelden|войдите|войти|تسجيل الدخول|سجل الدخول|سجل دخولك|نسيت كلمه|登录|登入|ログイン|로그인)/u

export const PAYWALL =
  /(?:(?:for|available to|exclusive to|reserved for) (?:our )?(?:paid |premium |registered )?(?:subscribers|members)(?: only)?|subscribers? only|members? only|subscribe (?:now |today )?to (?:continue|keep|read|unlock)|to (?:continue|keep) reading|continue reading (?:this|with)|unlock (?:this|the full) (?:article|story)|already a subscriber|you have (?:reached|read) your|free articles? (?:left|remaining|this month)|reserve(?:e?s)? aux abonnes|pour lire la suite|deja abonne|solo para suscriptores|para suscriptores|exclusivo para (?:assinantes|suscriptores)|nur fur abonnenten|weiterlesen mit|jetzt weiterlesen|только для подписчиков|للمشتركين(?: فقط)?|المحتوي (?:مخصص|حصري|متاح) للمشتركين|لمتابعه (?:قراءه|القراءه)|لاكمال القراءه|اشترك (?:الان|اليوم) (?:لقراءه|لمتابعه|ب)|仅限(?:会员|订阅)|订阅后(?:阅读|查看)|会员专享|続きを読むには|구독자 전용)/u

export const SCRIPTS =
  /(?:enable javascript|javascript (?:is )?(?:required|disabled)|activer javascript|تفعيل جافا ?سكريبت)/u
