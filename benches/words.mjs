// What the generated articles are made of: plain sentences without medical statements, in the languages of the themes.

const ja = {
  subjects: ["授乳の記録", "抱っこの姿勢", "部屋の温度", "沐浴の準備", "寝かしつけ", "外出の持ち物", "離乳食の進め方", "家族の役割分担", "夜中の目ざめ", "健診の予定", "肌の手入れ", "着替えの回数", "きょうだいの気持ち", "里帰りのあと", "仕事への復帰", "買いものの工夫"],
  places: ["家の中で", "はじめての外出で", "夜の時間に", "健診の前に", "里帰りのあいだに", "家族がそろう休日に", "保育園の準備をするころに", "暑い日に", "寒い日に", "雨がつづく週に"],
  acts: ["落ちついて様子を見ます", "気づいたことを書きとめておきます", "家族と話しあって決めます", "無理のない範囲で続けます", "わからないことは窓口に相談します", "手の届くところに用意しておきます", "前の日のうちに確かめておきます", "少しずつ慣らしていきます", "ほかの人に代わってもらいます", "次の健診のときに伝えます"],
  reasons: ["一人ひとりの進み方が違うため、", "毎日のことなので、", "疲れがたまりやすい時期なので、", "あとで見かえせるように、", "家族のだれでも同じようにできるように、", "あわてずにすむように、", "季節や住まいによって変わるので、"],
  ruby: ["{沐浴|もくよく}", "{授乳|じゅにゅう}", "{離乳食|りにゅうしょく}", "{健診|けんしん}", "{抱|だ}っこ", "{発熱|はつねつ}", "{窓口|まどぐち}"],
  headings: ["はじめに", "準備するもの", "一日の流れ", "よくある質問", "家族でできること", "夜間のこと", "外出のとき", "相談先", "困ったとき", "次の健診まで"],
  sentence: (r, w) => `${r.pick(w.places)}${r.chance(0.5) ? r.pick(w.reasons) : ""}${r.pick(w.subjects)}は${r.pick(w.acts)}。`,
  withRuby: (r, w) => `${r.pick(w.ruby)}のことは、${r.pick(w.places)}${r.pick(w.acts)}。`,
  title: (r, w, n) => `${r.pick(w.subjects)}と${r.pick(w.subjects)}（${n}）`,
  description: (r, w) => `${r.pick(w.subjects)}について、${r.pick(w.places)}迷いやすいことをまとめました。準備するもの、家族でできること、相談できる窓口と受付の時間がわかります。`,
  table: ["時期", "回数", "気をつけること"],
  row: (r, w, n) => [`${n}か月`, `1日に${r.between(2, 9)}回`, r.pick(w.subjects)],
  see: "あわせて読む：",
  note: "見本のための注です。",
  services: (w) => `夜間の相談は{{ service.night-consultation.hours | ${w} }}、日中は{{ contact.health-center.phone | ${w} }}へ。{{ municipality.name }}の窓口です。急ぐときは{{ emergency.ambulance.number | 119 }}。`,
  fallback: "市区町村の窓口",
};

const en = {
  subjects: ["feeding notes", "ways of holding", "the room's temperature", "getting the bath ready", "bedtime", "what to pack", "first foods", "sharing the work", "waking at night", "check-up dates", "care of the skin", "changes of clothes", "brothers and sisters", "going back to work"],
  places: ["At home, ", "On the first outing, ", "At night, ", "Before a check-up, ", "On a day off, ", "On hot days, ", "In a rainy week, "],
  acts: ["watch calmly", "write down what you notice", "decide together as a family", "go on as far as it is easy", "ask the municipality's desk", "keep things within reach", "get used to it little by little"],
  reasons: ["as every child has its own pace, ", "as it comes back every day, ", "so that everyone does it alike, "],
  headings: ["To begin with", "What to prepare", "Through the day", "Questions", "What the family can do", "At night", "Going out", "Where to ask", "In trouble", "Until the next check-up"],
  sentence: (r, w) => `${r.pick(w.places)}${r.chance(0.5) ? r.pick(w.reasons) : ""}when it comes to ${r.pick(w.subjects)}, ${r.pick(w.acts)}. `,
  withRuby: (r, w) => `${r.pick(w.places)}${r.pick(w.acts)} with {${r.pick(["お風呂|おふろ", "健診|けんしん", "窓口|まどぐち"])}}. `,
  title: (r, w, n) => `About ${r.pick(w.subjects)} and ${r.pick(w.subjects)} (${n})`,
  description: (r, w) => `What is easily overlooked about ${r.pick(w.subjects)}: what to prepare, what the family can do, and whom to ask at which hours.`,
  table: ["Age", "How often", "Mind"],
  row: (r, w, n) => [`${n} months`, `${r.between(2, 9)} times a day`, r.pick(w.subjects)],
  see: "See also: ",
  note: "A note for the sample.",
  services: (w) => `At night {{ service.night-consultation.hours | ${w} }}, by day {{ contact.health-center.phone | ${w} }} of {{ municipality.name }}. In an emergency {{ emergency.ambulance.number | 119 }}.`,
  fallback: "the municipality's desk",
};

const easy = {
  ...ja,
  subjects: ["おふろ", "ごはん", "ねること", "でかけること", "けんしん", "だっこ", "きがえ", "かぞくの しごと"],
  places: ["いえで、", "よるに、", "はじめて でかける とき、", "けんしんの まえに、", "あつい 日に、"],
  acts: ["ゆっくり みます", "ノートに かきます", "かぞくと はなします", "まどぐちで ききます", "まえの 日に じゅんびします"],
  reasons: ["まいにちの ことなので、", "ひとりずつ ちがうので、", "つかれやすいので、"],
  headings: ["はじめに", "じゅんび", "いちにち", "よく ある しつもん", "かぞく", "よる", "でかける とき", "きく ところ", "こまった とき", "つぎの けんしんまで"],
  title: (r, w, n) => `${r.pick(w.subjects)}と ${r.pick(w.subjects)}（${n}）`,
  description: (r, w) => `${r.pick(w.subjects)}の ことを かきました。じゅんびする もの、かぞくが できる こと、きく ところと 時間（じかん）が わかります。`,
  services: (w) => `よるは {{ service.night-consultation.hours | ${w} }}、ひるは {{ contact.health-center.phone | ${w} }}です。いそぐ ときは {{ emergency.ambulance.number | 119 }}。`,
  fallback: "市（し）の まどぐち",
};

export const WORDS = { ja, en, "ja-x-easy": easy };
