// Three events in twelve languages, each told twice in other words: whoever knows a language finds the two that tell the same.
// They are Minwal's own.

/** Two tellings of each of three events. */
export type Tellings = readonly (readonly [string, string])[]

export const SENTENCES: Readonly<Record<string, Tellings>> = {
  ar: [
    ['انهار سد وأغرقت المياه قرية في الوادي', 'فيضان يجرف منازل بعد تصدع حاجز مائي'],
    ['رفع البنك المركزي أسعار الفائدة نصف نقطة', 'تكلفة الاقتراض ترتفع بقرار من السلطة النقدية'],
    ['فاز لاعب شاب ببطولة العالم للشطرنج', 'مراهق يتوج بلقب لعبة الملوك بعد مباراة طويلة'],
  ],
  de: [
    [
      'Ein Damm ist gebrochen und hat ein Dorf im Tal überflutet',
      'Flut reißt Häuser fort, nachdem eine Talsperre nachgab',
    ],
    [
      'Die Zentralbank hebt den Leitzins um einen halben Punkt an',
      'Kredite werden teurer: Währungshüter straffen den Kurs',
    ],
    ['Junger Spieler gewinnt die Schachweltmeisterschaft', 'Ein Teenager setzt den Titelverteidiger am Brett matt'],
  ],
  en: [
    ['A dam broke and flooded a village in the valley', 'Deluge sweeps houses away after reservoir wall gives way'],
    ['Central bank raises interest rates by half a point', 'Borrowing gets dearer as monetary policy is tightened'],
    ['Young player wins the world chess championship', 'Teenager checkmates the titleholder to take the crown'],
  ],
  es: [
    ['Una presa se rompió e inundó un pueblo del valle', 'La riada arrasa viviendas tras ceder el muro del embalse'],
    [
      'El banco central sube los tipos de interés medio punto',
      'Pedir prestado cuesta más tras endurecerse la política monetaria',
    ],
    ['Un joven gana el campeonato mundial de ajedrez', 'El adolescente da jaque mate al vigente poseedor del título'],
  ],
  fa: [
    ['سدی شکست و روستایی را در دره زیر آب برد', 'سیلاب پس از فروریختن دیواره مخزن خانه‌ها را ویران کرد'],
    ['بانک مرکزی نرخ بهره را نیم درصد بالا برد', 'هزینه وام گرفتن با سیاست پولی تازه بیشتر می‌شود'],
    ['بازیکن جوان قهرمان شطرنج جهان شد', 'نوجوانی مدافع عنوان را کیش و مات کرد'],
  ],
  fr: [
    [
      'Un barrage a cédé et inondé un village de la vallée',
      'Des maisons emportées par les eaux après la rupture d’une digue',
    ],
    ['La banque centrale relève ses taux d’un demi-point', 'Emprunter coûte plus cher avec le durcissement monétaire'],
    ['Un jeune joueur remporte le championnat du monde d’échecs', 'L’adolescent met mat le tenant du titre'],
  ],
  hi: [
    ['बांध टूटा और घाटी का एक गांव डूब गया', 'जलाशय की दीवार ढहने के बाद बाढ़ में घर बह गए'],
    ['केंद्रीय बैंक ने ब्याज दर आधा प्रतिशत बढ़ाई', 'मौद्रिक नीति सख्त होने से कर्ज लेना महंगा हुआ'],
    ['युवा खिलाड़ी ने विश्व शतरंज चैंपियनशिप जीती', 'किशोर ने बिसात पर मौजूदा विजेता को मात दी'],
  ],
  it: [
    [
      'Una diga è crollata e ha allagato un paese della valle',
      'La piena travolge le case dopo il cedimento del bacino',
    ],
    ['La banca centrale alza i tassi di mezzo punto', 'I prestiti costano di più con la stretta monetaria'],
    ['Un giovane vince il campionato mondiale di scacchi', 'L’adolescente dà scacco matto al detentore del titolo'],
  ],
  pt: [
    ['Uma barragem rompeu e inundou uma aldeia no vale', 'Enxurrada arrasta casas depois de a represa ceder'],
    ['Banco central sobe os juros em meio ponto', 'Crédito fica mais caro com o aperto monetário'],
    ['Jovem jogador vence o campeonato mundial de xadrez', 'Adolescente dá xeque-mate ao detentor do título'],
  ],
  ru: [
    ['Прорвало плотину, деревня в долине затоплена', 'Паводок смыл дома после разрушения стены водохранилища'],
    ['Центральный банк повысил ставку на полпункта', 'Кредиты дорожают: регулятор ужесточил денежную политику'],
    ['Молодой игрок стал чемпионом мира по шахматам', 'Подросток поставил мат обладателю титула'],
  ],
  tr: [
    ['Baraj yıkıldı, vadideki bir köy sular altında kaldı', 'Bendin çökmesiyle gelen sel evleri sürükledi'],
    ['Merkez bankası faizi yarım puan artırdı', 'Para politikası sıkılaşınca borçlanmak pahalandı'],
    ['Genç oyuncu dünya satranç şampiyonu oldu', 'Ergen yaştaki oyuncu unvanın sahibini mat etti'],
  ],
  zh: [
    ['水坝决堤，山谷村庄被淹', '水库堤墙垮塌后，洪水冲走房屋'],
    ['央行加息半个百分点', '货币政策收紧，贷款成本上升'],
    ['年轻棋手赢得国际象棋世界冠军', '少年将死卫冕者，夺得棋坛桂冠'],
  ],
}
