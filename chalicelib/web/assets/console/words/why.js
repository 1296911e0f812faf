// The words around the bot's hand-overs: the names of facts and what their values mean. A fact without a word is shown as it is called.
/** @import { Texts } from "../../shared/types.d.ts" */
/** @import { Language } from "../../shared/wire.d.ts" */
/** @satisfies {Record<Language, Texts>} */
export const WHY = {
  en: {
    title: "Why",
    rule: "Rule",
    mattered: "What decided",
    knew: "What else the bot knew",
    contact: { call: (/** @type {string} */ to) => `Wishes to be called at ${to}`, mail: (to) => `Wishes to be written to at ${to}` },
    unproven: "as the customer wrote it",
    composed: { from: "Composed from", refused: "Told word for word; the composed text was refused:" },
    reasons: {
      "enough automatic answers to this sender": "enough automatic answers to this sender",
      "the sender may be forged": "the sender may be forged",
      "sent files without a word": "sent files without a word",
      "the bot failed": "the bot failed",
      "a message was left without an answer": "a message was left without an answer",
    },
    // Of rules that are no part of the rule table: what they are for.
    rules: { "no-outcome": "The bot came to no outcome. No message may stay without one, so a person has it." },
    // What was said to a customer's message, by the message's meta.outcome; `action` with the name of the self-service action.
    outcomes: {
      answer: "answer", offer: "offer", question: "question back", taken: "added to the request", courtesy: "courtesy", about: "about itself",
      status: "waiting time", back: "left the queue", closed: "closed", urgent: "urgent", person: "to a person",
    },
    action: (name) => `self-service: ${name}`,
    // Where nothing was said to it.
    unsaid: {
      taken: "Added to the request, no answer sent", courtesy: "Needed no answer", urgent: "No automatic answer: urgent, for a person",
      person: "No automatic answer: for a person",
    },
    yes: "yes",
    no: "no",
    facts: {
      available: "knowledge readable", asked_for_person: "asked for a person", urgent_topic: "urgent topic", upset: "upset", unhelped: "was not helped",
      wordless: "no words", band: "answer known", confidence: "confidence", topic: "topic", article: "best article", opt_out_request: "wants no more messages",
      misses: "questions not understood before", tier: "tier", open: "opening hours", waiting: "waiting before", waited: "minutes the first has waited", channel: "channel",
      language: "language", sentiment: "sentiment", urgency: "urgency in words", amount: "amount", currency: "currency", near: "near articles", heard_by_model: "heard by a language model",
    },
    values: {
      band: { sure: "surely", unsure: "perhaps", none: "no" },
      urgent_topic: { crisis: "life at risk", safety: "safety or health", fraud: "fraud", account: "account or data", legal: "legal", press: "going public" },
      urgency: { now: "within hours", soon: "within days" },
      tier: { vip: "VIP" },
      channel: { webchat: "web chat", email: "e-mail", sms: "SMS" },
      language: { en: "English", zh: "Chinese", "zh-Hant": "Chinese (traditional)", other: "another language" },
      open: { true: "open", false: "closed" },
    },
  },
  zh: {
    title: "为什么",
    rule: "规则",
    mattered: "决定因素",
    knew: "机器人还知道",
    contact: { call: (/** @type {string} */ to) => `希望致电 ${to}`, mail: (to) => `希望发邮件到 ${to}` },
    unproven: "客户自行填写",
    composed: { from: "根据以下文章组成：", refused: "按文章原文答复；模型写的文字未被采用：" },
    reasons: {
      "enough automatic answers to this sender": "已向该发件人自动回复足够多次",
      "the sender may be forged": "发件人可能是伪造的",
      "sent files without a word": "只发送了文件，没有文字",
      "the bot failed": "机器人出现故障",
      "a message was left without an answer": "有一条消息一直没有得到答复",
    },
    rules: { "no-outcome": "机器人没有得出结果。任何消息都不能没有结果，因此转给人工。" },
    outcomes: {
      answer: "回答", offer: "提供选项", question: "反问", taken: "已加入请求", courtesy: "礼貌回应", about: "介绍自己",
      status: "等候情况", back: "退出排队", closed: "已关闭", urgent: "紧急", person: "转人工",
    },
    action: (name) => `自助服务：${name}`,
    unsaid: {
      taken: "已加入请求，未发送答复", courtesy: "无需答复", urgent: "无自动答复：紧急，由人工处理",
      person: "无自动答复：由人工处理",
    },
    yes: "是",
    no: "否",
    facts: {
      available: "知识库可用", asked_for_person: "要求人工", urgent_topic: "紧急主题", upset: "情绪不满", unhelped: "上次回答没有帮助",
      wordless: "没有文字", band: "是否知道答案", confidence: "把握", topic: "主题", article: "最接近的文章", opt_out_request: "要求不再发送消息",
      misses: "此前连续未听懂", tier: "客户级别", open: "营业时间", waiting: "前面等待人数", waited: "最前一位已等（分钟）", channel: "渠道",
      language: "语言", sentiment: "情绪", urgency: "紧急程度", amount: "金额", currency: "货币", near: "相近文章", heard_by_model: "语言模型识别到",
    },
    values: {
      band: { sure: "确定", unsure: "可能", none: "不知道" },
      urgent_topic: { crisis: "轻生或自伤", safety: "人身安全或健康", fraud: "欺诈", account: "账户或数据", legal: "法律", press: "曝光或媒体" },
      urgency: { now: "数小时内", soon: "数日内" },
      tier: { vip: "贵宾" },
      channel: { webchat: "网页聊天", email: "电子邮件", sms: "短信" },
      language: { en: "英文", zh: "中文（简体）", "zh-Hant": "中文（繁体）", other: "其他语言" },
      open: { true: "营业中", false: "已下班" },
    },
  },
};
