/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sample pages: the form of an act with every kind of field and its errors, the page to confirm, the receipt. */
#include "kernel/view/view_sample.h"

static const struct lx_similar_view *similar_needs(struct sample *s)
{
	const struct lx_words mine = say(s, "这也是我的问题", "This is my problem too");
	const struct lx_similar records[] = {
		{ to(say(s, "太湖游泳区蓝藻预警三个市说法不一",
			     "Three cities say three things about algae"),
			  "/needs/4098"),
			say(s, "4098 同类 122 件 办理中", "4098, 122 alike, in hand"),
			at("/needs/4098/back"), mine },
		{ to(say(s, "小梅口水有腥味，不知道该问湖州还是苏州",
			     "The water at Xiaomeikou smells; whom do I ask?"),
			  "/needs/2771"),
			say(s, "2771 同类 8 件 已答复", "2771, 8 alike, answered"),
			at("/needs/2771/back"), mine }
	};
	const struct lx_similar_view similar[] = { { at("/needs/similar"), KEEP(s, records), 2 } };

	return KEEP(s, similar);
}

static void fill_express(struct sample *s, struct lx_form *form)
{
	const struct lx_words want = say(s, "写明希望达到什么结果", "Say what result you wish for"),
			      phone = say(s, "手机号应为 11 位，现在是 10 位",
				      "A mobile number has 11 digits; this one has 10");
	const struct lx_error_line errors[] = { { lx_text("want"), want },
		{ lx_text("contact"), phone } };
	const struct lx_option names[] = {
		{ lx_text("no"), say(s, "不公开姓名", "Do not publish my name"), { 0 }, true },
		{ lx_text("yes"), say(s, "公开姓名", "Publish my name"),
			say(s, "姓名将写入公开记录，不能悄悄删去。",
				"It will stand in the public record."),
			false }
	};
	const struct lx_field_view fields[] = {
		{ .kind = LX_FIELD_TEXT,
			.id = lx_text("title"),
			.name = lx_text("title"),
			.label = say(s, "一句话说清是什么事", "What is it, in one sentence"),
			.hint = say(s, "像报纸标题那样写。60 字以内。",
				"Like a headline. At most 120 characters."),
			.value = say(s, "太湖边三个市的蓝藻预警不一样，不知道能不能下水",
				"Three cities on Lake Tai warn differently of algae; may we swim?")
					 .text,
			.most = 120,
			.similar = similar_needs(s) },
		{ .kind = LX_FIELD_AREA,
			.id = lx_text("text"),
			.name = lx_text("text"),
			.label = say(s, "说明情况", "Describe it"),
			.hint = say(s, "时间、地点、影响了谁。不要写他人的姓名、电话。",
				"When, where, whom it affects. No names or numbers of others."),
			.value = say(s,
				"7 月 12 "
				"日，同一片湖，吴江的牌子写可以下水，湖州的牌子写禁止，无锡没有牌子"
				"。孩子下水后起了疹子。",
				"On 12 July, on the same lake, Wujiang's sign said yes, Huzhou's "
				"said no, Wuxi had none. My child got a rash.")
					 .text },
		{ .kind = LX_FIELD_AREA,
			.id = lx_text("want"),
			.name = lx_text("want"),
			.label = say(s, "希望达到什么结果", "What do you wish for"),
			.hint = say(s, "答复时要逐条回应这一栏。",
				"The answer will meet it point by point."),
			.error = want,
			.lines = 2 },
		{ .kind = LX_FIELD_PHONE,
			.id = lx_text("contact"),
			.name = lx_text("contact"),
			.label = say(s, "手机号", "Mobile number"),
			.hint = say(s, "只用来通知您。", "Only to tell you."),
			.error = phone,
			.value = lx_text("1380000000"),
			.restricted = true,
			.readers = say(s, "您、牵头城市、秘书处", "you, the lead, the secretariat"),
			.autocomplete = lx_text("tel") },
		{ .kind = LX_FIELD_RADIO,
			.id = lx_text("open"),
			.name = lx_text("open"),
			.label = say(s, "署名", "Name"),
			.options = KEEP(s, names),
			.options_n = 2 },
	};

	form->errors = KEEP(s, errors);
	form->errors_n = 2;
	form->fields = KEEP(s, fields);
	form->fields_n = COUNT(fields);
}

static void express_page(struct sample *s)
{
	const struct lx_form_step steps[] = { { say(s, "1 地点", "1 Place"),
						      at("/needs/new?step=1"), false, true },
		{ say(s, "2 说明", "2 Describe"), { 0 }, true, false },
		{ say(s, "3 核对", "3 Check"), { 0 }, false, false },
		{ say(s, "4 回执", "4 Receipt"), { 0 }, false, false } };
	const struct lx_next next[] = {
		{ say(s, "当场", "At once"), say(s, "得到编号和回执", "a number and a receipt") },
		{ say(s, "1 个工作日内", "1 working day"),
			say(s, "派给负责的城市，告诉您是谁",
				"routed to the city in charge; we tell you which") },
		{ say(s, "15 个工作日内", "15 working days"),
			say(s, "以城市名义公开答复", "a public answer in the city's name") },
		{ say(s, "之后 10 天", "10 days more"),
			say(s, "由您评价是否解决", "your verdict whether it is solved") }
	};
	struct lx_form_page page = { .frame = frame_of(
					     s, say(s, "提出需求", "Express a need"), "/needs"),
		.heading = say(s, "提出需求", "Express a need"),
		.steps = steps,
		.steps_n = 4,
		.form = { .action = at("/needs/new"),
			.csrf = lx_text("c"),
			.once = lx_text("o"),
			.submit = say(s, "下一步：核对", "Next: check"),
			.away = to(say(s, "取消", "Cancel"), "/needs") },
		.next = next,
		.next_n = COUNT(next) };

	page.frame.faulty = true;
	fill_express(s, &page.form);
	lx_view_form(&s->out, &s->view, &page);
	save(s, "form");
}

static const struct lx_field_group *repeated_rows(struct sample *s)
{
	const struct lx_field_view one[] = {
		{ .kind = LX_FIELD_TEXT,
			.id = lx_text("evidence.1.text"),
			.name = lx_text("evidence.1.text"),
			.label = say(s, "说明", "What"),
			.value = say(s, "第一周行车记录", "Journeys of the first week").text },
		{ .kind = LX_FIELD_DECIMAL,
			.id = lx_text("evidence.1.value"),
			.name = lx_text("evidence.1.value"),
			.label = say(s, "数值", "Value"),
			.unit = lx_words_str("%"),
			.value = lx_text("93.1") }
	};
	const struct lx_field_view two[] = { { .kind = LX_FIELD_TEXT,
						     .id = lx_text("evidence.2.text"),
						     .name = lx_text("evidence.2.text"),
						     .label = say(s, "说明", "What") },
		{ .kind = LX_FIELD_DECIMAL,
			.id = lx_text("evidence.2.value"),
			.name = lx_text("evidence.2.value"),
			.label = say(s, "数值", "Value"),
			.unit = lx_words_str("%") } };
	const struct lx_field_group groups[] = { { say(s, "第 1 项", "1"), KEEP(s, one), 2,
							 lx_text("evidence.1") },
		{ say(s, "第 2 项", "2"), KEEP(s, two), 2, lx_text("evidence.2") } };

	return KEEP(s, groups);
}

/* Every kind of field. */
static void fill_general(struct sample *s, struct lx_form *form)
{
	const struct lx_option few[] = { { lx_text("done"), say(s, "可以解决", "Done"), { 0 },
						 true },
		{ lx_text("declined"), say(s, "不能解决", "Declined"), { 0 }, false } };
	const struct lx_option found[] = { { lx_text("member/5"),
						   say(s, "苏州市（江苏）", "Suzhou, Jiangsu"),
						   lx_words_str("320500"), true },
		{ lx_text("member/29"), say(s, "宿州市（安徽）", "Suzhou, Anhui"),
			lx_words_str("341300"), false } };
	const struct lx_field_view fields[] = {
		{ .kind = LX_FIELD_SHOWN,
			.label = say(s, "责任方", "Owner"),
			.value = say(s, "苏州市", "Suzhou JS").text },
		{ .kind = LX_FIELD_NAMES,
			.id = lx_text("name"),
			.name = lx_text("name"),
			.label = say(s, "名称", "Name"),
			.value = lx_text("示范区夜间公交"),
			.value_en = lx_text("Night buses"),
			.most = 80 },
		{ .kind = LX_FIELD_LINK,
			.id = lx_text("owner"),
			.name = lx_text("owner"),
			.label = say(s, "牵头城市", "Lead"),
			.hint = say(s, "写名称或编号，然后搜索。", "Name or number, then search."),
			.value = lx_text("suzhou"),
			.options = KEEP(s, found),
			.options_n = 2 },
		{ .kind = LX_FIELD_SELECT,
			.id = lx_text("outcome"),
			.name = lx_text("outcome"),
			.label = say(s, "结论", "Outcome"),
			.options = KEEP(s, few),
			.options_n = 2 },
		{ .kind = LX_FIELD_MONEY,
			.id = lx_text("amount"),
			.name = lx_text("amount"),
			.label = say(s, "金额", "Amount"),
			.unit = say(s, "元", "CNY"),
			.value = lx_text("3600000.00"),
			.optional = true },
		{ .kind = LX_FIELD_NUMBER,
			.id = lx_text("population"),
			.name = lx_text("population"),
			.label = say(s, "人口", "Population"),
			.optional = true },
		{ .kind = LX_FIELD_DATE,
			.id = lx_text("due"),
			.name = lx_text("due"),
			.label = say(s, "期限", "Due"),
			.value = lx_text("2026-12-20") },
		{ .kind = LX_FIELD_TICKS,
			.id = lx_text("class"),
			.name = lx_text("class"),
			.label = say(s, "适用", "Applies to"),
			.options = KEEP(s, few),
			.options_n = 2 },
		{ .kind = LX_FIELD_ROWS,
			.id = lx_text("evidence"),
			.name = lx_text("evidence"),
			.label = say(s, "证据", "Evidence"),
			.groups = repeated_rows(s),
			.groups_n = 2,
			.more = true },
		{ .kind = LX_FIELD_FILE,
			.id = lx_text("file"),
			.name = lx_text("file"),
			.label = say(s, "附件", "Attachment"),
			.hint = say(s, "PDF、图片或表格，10 MB 以内。",
				"PDF, picture or sheet, at most 10 MB."),
			.optional = true },
		{ .kind = LX_FIELD_TICK,
			.id = lx_text("sure"),
			.name = lx_text("sure"),
			.label = say(s, "我已核对附件中没有他人的个人信息",
				"The attachment holds no personal data of others") },
	};

	form->fields = KEEP(s, fields);
	form->fields_n = COUNT(fields);
}

static void general_form_page(struct sample *s)
{
	const struct lx_fact facts[] = { fact(s, say(s, "提出", "Submitted"),
						 say(s, "11-05 居民", "11-05 resident")),
		fact(s, say(s, "派单", "Routed"), lx_words_str("11-05 № 46,290")),
		fact(s, say(s, "支持", "Backers"), lx_words_str("1,108")) };
	struct lx_form_page page = { .frame = frame_of(s, say(s, "报告进展", "Report"), "/duty"),
		.above = say(s, "责任事项 44 7618 路末班车延至 22:30",
			"Commitment 44: run the last 7618 until 22:30"),
		.above_link = at("/commitments/44"),
		.heading = say(s, "报告进展", "Report on a commitment"),
		.intro = say(s, "报告会公开，由协议各方或秘书处确认。",
			"The report is public; a party or the secretariat confirms it."),
		.form = { .action = at("/commitments/44/report"),
			.submit = say(s, "提交", "Submit"),
			.second = { lx_text("draft"), lx_text("yes") },
			.second_label = say(s, "保存草稿", "Save as draft"),
			.away = to(say(s, "返回", "Back"), "/commitments/44"),
			.files = true },
		.facts = { say(s, "这件事", "This matter"), facts, 3 } };

	fill_general(s, &page.form);
	lx_view_form(&s->out, &s->view, &page);
	save(s, "form-general");
}

static void confirm_page(struct sample *s)
{
	const struct lx_fact facts[] = {
		fact(s, say(s, "表决事项", "Motion"),
			say(s, "延期至 2027 年 1 月 10 日", "Postpone to 10 January 2027")),
		fact(s, say(s, "您的意见", "You say"), say(s, "同意", "Yes")),
		fact(s, say(s, "代表", "For"), say(s, "上海市", "Shanghai"))
	};
	const struct lx_confirm_page page = {
		.frame = frame_of(s, say(s, "确认表决", "Confirm your vote"), "/duty"),
		.above = say(s, "责任事项 44", "Commitment 44"),
		.above_link = at("/commitments/44"),
		.heading = say(s, "您将代表上海市表示同意", "You are voting yes for Shanghai"),
		.intro = say(s, "提交后写入公开记录，以上海市名义公开。",
			"It enters the public record in Shanghai's name."),
		.facts = { say(s, "将要写入", "What will be entered"), facts, 3 },
		.note = { .tone = LX_TONE_WARN,
			.words = say(s, "表决不能撤回。", "A vote cannot be taken back.") },
		.form = { .action = at("/commitments/44/say/1"),
			.once = lx_text("o"),
			.submit = say(s, "确认同意", "Confirm yes"),
			.away = to(say(s, "返回修改", "Go back"), "/commitments/44") }
	};

	lx_view_confirm(&s->out, &s->view, &page);
	save(s, "confirm");
}

static void receipt_page(struct sample *s)
{
	const struct lx_next next[] = {
		{ say(s, "1 个工作日内", "1 working day"),
			say(s, "秘书处派给负责的城市", "the secretariat routes it") },
		{ say(s, "15 个工作日内", "15 working days"),
			say(s, "负责的城市公开答复", "the city answers in public") }
	};
	const struct lx_receipt_page page = { .frame = frame_of(
						      s, say(s, "已提交", "Submitted"), "/needs"),
		.heading = say(s, "需求已提交", "Your need is submitted"),
		.entry = 48214,
		.entry_address = at("/record/48214"),
		.at = SAMPLE_NOW + MINUTES(5),
		.code_label = say(s, "查询码，只显示这一次", "Query code, shown this once").text,
		.code = lx_text("Q7MK-29TX-4HDA"),
		.code_means = say(s, "凭编号和查询码可以查进展、作评价。请抄下来。",
			"With number and code you can follow it and give your verdict. Write it "
			"down."),
		.next = next,
		.next_n = 2,
		.record = to(say(s, "查看需求 4140", "See need 4140"), "/needs/4140"),
		.away = to(say(s, "回到需求列表", "All needs"), "/needs") };

	lx_view_receipt(&s->out, &s->view, &page);
	save(s, "receipt");
}

void sample_form(struct sample *s)
{
	express_page(s);
	general_form_page(s);
	confirm_page(s);
	receipt_page(s);
}
