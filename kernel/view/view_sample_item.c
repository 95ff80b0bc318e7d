/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sample pages: a need, a commitment as the general page has it, a pending consent, the charter. */
#include "kernel/view/view_sample.h"

static void fill_thread(struct sample *s, struct lx_item_page *page)
{
	struct lx_thread_step *steps = lx_array(s->call, 6, sizeof *steps);

	if (steps == NULL)
		return;
	steps[0] = (struct lx_thread_step){ say(s, "需求", "Need"), lx_text("3817"),
		{ .label = say(s, "末班车太早", "Last bus too early"), .current = true },
		state(s, LX_VIEW_DONE, "已答复", "Answered") };
	steps[1] = (struct lx_thread_step){ say(s, "项目", "Project"), lx_text("19"),
		to(say(s, "示范区夜间公交", "Night buses"), "/projects/19"),
		state(s, LX_VIEW_DONE, "已入选", "Chosen") };
	steps[2] = (struct lx_thread_step){ say(s, "投票轮次", "Round"), lx_text("1"),
		to(say(s, "第一轮，41,870 票", "First, 41,870 votes"), "/rounds/1"),
		state(s, LX_VIEW_DONE, "当选", "Won") };
	steps[3] = (struct lx_thread_step){ say(s, "协议", "Agreement"), lx_text("12"),
		to(say(s, "三市费用分摊", "Costs of three cities"), "/agreements/12"),
		state(s, LX_VIEW_DONE, "已生效", "In force") };
	steps[4] = (struct lx_thread_step){ say(s, "付款", "Payment"), lx_text("207"),
		to(say(s, "第二笔 360 万元", "Second, ¥3.6 million"), "/vouchers/207"),
		state(s, LX_VIEW_WORK, "办理中", "In hand") };
	steps[5] = (struct lx_thread_step){ .kind = say(s, "结果", "Result") };
	page->thread = steps;
	page->thread_n = 6;
}

static void fill_life(struct sample *s, struct lx_item_page *page)
{
	struct lx_life *life = lx_array(s->call, 7, sizeof *life);

	if (life == NULL)
		return;
	life[0] = (struct lx_life){ .at = SAMPLE_NOW - DAYS(25),
		.entry = 45102,
		.mark = LX_VIEW_WAIT,
		.what = say(s, "居民提出", "A resident expressed it"),
		.reason = say(s, "提出人选择不公开姓名。", "The asker's name is not public.") };
	life[1] = (struct lx_life){ .at = SAMPLE_NOW - DAYS(24),
		.entry = 45139,
		.mark = LX_VIEW_WORK,
		.what = say(
			s, "秘书处派单：上海市牵头", "The secretariat routed it: Shanghai leads"),
		.reason = say(s, "依据：起点站在青浦区金泽镇。期限 15 个工作日。",
			"Basis: the line starts in Jinze, Qingpu. 15 working days.") };
	life[2] = (struct lx_life){ .at = SAMPLE_NOW - DAYS(23),
		.entry = 45260,
		.mark = LX_VIEW_SOON,
		.what = say(s, "上海市退回", "Shanghai returned it"),
		.reason = say(s, "理由：线路由吴江区核准运营，章程第 22 条“谁核准谁牵头”。",
			"Reason: the line is licensed by Wujiang; charter, article 22: who "
			"licenses, leads.") };
	life[3] = (struct lx_life){ .at = SAMPLE_NOW - DAYS(23) + MINUTES(221),
		.entry = 45281,
		.mark = LX_VIEW_WORK,
		.what = say(s, "秘书处改派：苏州市牵头，上海市、嘉兴市协办",
			"The secretariat routed it: Suzhou leads, Shanghai and Jiaxing help"),
		.reason = say(s, "期限不因改派延长，仍为 11 月 17 日。",
			"The deadline stays 17 November.") };
	life[4] = (struct lx_life){ .at = SAMPLE_NOW - DAYS(3),
		.entry = 47655,
		.mark = LX_VIEW_SOON,
		.what = say(
			s, "苏州市申请延期 3 个工作日", "Suzhou asked for three more working days"),
		.reason = say(s, "理由：与嘉兴核对车辆排班。秘书处准许，已告知提出人。",
			"Reason: bus rosters with Jiaxing. Granted; the asker was told.") };
	life[5] = (struct lx_life){ .at = SAMPLE_NOW,
		.entry = 48213,
		.mark = LX_VIEW_DONE,
		.what = say(s, "苏州市答复", "Suzhou answered"),
		.reason = say(s, "用时 18 个工作日，期限内。", "After 18 working days, in time.") };
	life[6] = (struct lx_life){ .at = SAMPLE_NOW + DAYS(3),
		.entry = 48802,
		.mark = LX_VIEW_DONE,
		.what = say(s, "提出人评价：同意办结", "The asker's verdict: may be closed"),
		.reason = say(s, "部分解决，满意。", "Partly solved, satisfied.") };
	for (size_t i = 0; i < 7; i++)
		life[i].address = lx_address_make(
			s->call, "/record/%lld", (long long)life[i].entry);
	page->life = life;
	page->life_n = 7;
	page->life_sum = say(
		s, "7 步，答复用时 18 个工作日", "7 steps, answered after 18 working days");
}

static void fill_answer(struct sample *s, struct lx_item_page *page)
{
	const struct lx_verdict_fact vf[] = {
		{ say(s, "提出人评价", "Asker's verdict"),
			state(s, LX_VIEW_DONE, "同意办结", "may be closed"), { 0 } },
		{ say(s, "问题解决了吗", "Solved?"), { 0 }, say(s, "部分解决", "partly") },
		{ say(s, "是否满意", "Satisfied?"), { 0 }, say(s, "满意", "yes") },
		{ say(s, "支持者补充评价", "Backers"), { 0 },
			say(s, "1,031 人中 856 人满意", "856 of 1,031 satisfied") }
	};
	const struct lx_verdict verdict[] = { { KEEP(s, vf), COUNT(vf),
		say(s, "“周末的车也有了就好。希望 22:30 那班不要又被并掉。”",
			"“Good that weekends run too. I hope the 22:30 will not be merged away "
			"again.”"),
		true } };
	const struct lx_link_view follows[] = { to(say(s, "责任事项 44，苏州市，12 月 1 日",
							   "Commitment 44, Suzhou JS, 1 December"),
							"/commitments/44"),
		to(say(s, "责任事项 45，上海市，12 月 1 日", "Commitment 45, Shanghai, 1 December"),
			"/commitments/45") };
	const struct lx_answer answer[] = { { .by = say(s, "苏州市人民政府的答复",
						      "Answer of the Municipal Government of "
						      "Suzhou"),
		.at = SAMPLE_NOW,
		.entry = 48213,
		.prose = { .html = marked(s,
				   "可以解决。上海、嘉兴已同意。\n\n1. 12 月 1 日起，7618 "
				   "路末班车由 18:50 延至 22:30，周末同时执行。\n2. 20:00 至 22:30 "
				   "每 30 分钟一班，黎里站与示范区 5 路同站换乘。\n3. "
				   "增加的费用由基金项目 19 支付，三市分摊见协议 12。",
				   "It can be solved. Shanghai and Jiaxing agree.\n\n1. From 1 "
				   "December the last 7618 leaves at 22:30, at weekends too.\n2. "
				   "Every 30 minutes from 20:00 to 22:30, with a change to line 5 "
				   "at Lili.\n3. The fund's project 19 pays; agreement 12 says how "
				   "the three cities share the cost.") },
		.follows = KEEP(s, follows),
		.follows_n = 2,
		.verdict = KEEP(s, verdict) } };

	page->answers = KEEP(s, answer);
	page->answers_n = 1;
}

static void fill_right(struct sample *s, struct lx_item_page *page)
{
	const struct lx_act_view acts[] = { { .label = say(s, "支持", "Back it"),
						    .address = at("/needs/3817/back"),
						    .posts = true,
						    .csrf = lx_text("c"),
						    .once = lx_text("1") },
		{ .label = say(s, "关注进展", "Follow"), .address = at("/needs/3817/follow") },
		{ .label = say(s, "评价", "Give a verdict"),
			.reason = say(
				s, "只有提出人可以评价。", "Only the asker may give one.") } };
	const struct lx_term_view terms[] = { { say(s, "派单", "Route"), say(s, "10-27", "10-27"),
						      state(s, LX_VIEW_DONE, "按时", "in time") },
		{ say(s, "答复（延期后）", "Answer (extended)"), lx_words_str("11-20"),
			state(s, LX_VIEW_DONE, "按时", "in time") },
		{ say(s, "提出人评价期", "Verdict"), say(s, "至 12-04", "until 12-04"), { 0 } } };
	const struct lx_side_link similar[] = {
		{ to(say(s, "吴江厂区晚班没有公交到嘉善",
			     "No bus from Wujiang's works to Jiashan after the late shift"),
			  "/needs/3822"),
			{ 0 }, say(s, "3822 已答复", "3822 answered") },
		{ to(say(s, "7618 路周末停运", "Line 7618 does not run at weekends"),
			  "/needs/3840"),
			{ 0 }, say(s, "3840 已答复", "3840 answered") }
	};
	const struct lx_side_list lists[] = { { say(s, "同类需求", "Similar needs"),
		to(say(s, "全部 214 件", "All 214"), "/clusters/7"), { 0 }, KEEP(s, similar), 2 } };
	const struct lx_link_view proofs[] = { to(say(s, "历次版本（1）", "Versions (1)"),
						       "/needs/3817/history"),
		to(say(s, "纳入证明", "Proof of inclusion"), "/record/48213") };

	page->acts = KEEP(s, acts);
	page->acts_n = COUNT(acts);
	page->terms = KEEP(s, terms);
	page->terms_n = COUNT(terms);
	page->lists = KEEP(s, lists);
	page->lists_n = 1;
	page->proofs = KEEP(s, proofs);
	page->proofs_n = 2;
}

static void need_page(struct sample *s)
{
	const struct lx_link_view crumbs[] = { to(say(s, "需求", "Needs"), "/needs"),
		{ .label = lx_words_str("3817") } };
	const struct lx_words above[] = { say(s, "需求 3817", "Need 3817"),
		say(s, "2026-10-26 提出", "submitted 2026-10-26"),
		say(s, "公共服务 / 交通", "Public services / transport") };
	const struct lx_piece pieces[] = { { .words = say(s, "青浦 — 吴江", "Qingpu – Wujiang") },
		{ say(s, "苏州市", "Suzhou JS"),
			say(s, "牵头，上海市、嘉兴市协办", " leads, Shanghai and Jiaxing help"),
			{ 0 } },
		{ .words = say(s, "1,862 人支持", "1,862 backers") } };
	const struct lx_prose prose = { .large = true,
		.html = marked(s,
			"示范区 7618 路从金泽开往黎里的末班车是 18:50。两边工厂晚班 20:00 "
			"才下班，只能拼车，一次 35 元。希望末班车延到 22:00 以后，周末也开。",
			"The last bus 7618 from Jinze to Lili leaves at 18:50. The late shift ends "
			"at 20:00; we share taxis at ¥35 a ride. Please run it until after 22:00, "
			"at weekends too."),
		.under = say(s, "提出人：不公开姓名 · 附件 1 个（站牌照片，已遮盖人脸）",
			"Asker: name not public · 1 attachment (photo of the stop, faces "
			"covered)") };
	struct lx_item_page page = {
		.frame = frame_of(s,
			say(s, "金泽到黎里的公交末班车太早", "The last bus from Jinze to Lili"),
			"/needs"),
		.above = above,
		.above_n = COUNT(above),
		.title = say(s, "金泽到黎里的公交末班车太早，下夜班回不了家",
			"The last bus from Jinze to Lili leaves too early for the late shift"),
		.state = state(s, LX_VIEW_DONE, "已答复", "Answered"),
		.pieces = pieces,
		.pieces_n = COUNT(pieces),
		.proses = &prose,
		.proses_n = 1,
		.acts_under = say(
			s, "支持不需要公开姓名。", "Backing does not make your name public."),
		.hash = lx_text("9f2c 71ab 04d8 5b33 90c2 a7de 1184 e61a")
	};

	page.frame.crumbs = crumbs;
	page.frame.crumbs_n = 2;
	fill_answer(s, &page);
	fill_right(s, &page);
	fill_thread(s, &page);
	fill_life(s, &page);
	lx_view_item(&s->out, &s->view, &page);
	save(s, "item");
}

static struct lx_grid evidence_table(struct sample *s)
{
	struct lx_column *columns = lx_array(s->call, 3, sizeof *columns);
	struct lx_cell *cells = lx_array(s->call, 6, sizeof *cells);
	struct lx_grid_row *rows = lx_array(s->call, 2, sizeof *rows);

	if (columns == NULL || cells == NULL || rows == NULL)
		return (struct lx_grid){ 0 };
	columns[0] = (struct lx_column){ .kind = LX_CELL_DATE, .label = say(s, "日期", "Day") };
	columns[1] = (struct lx_column){ .label = say(s, "说明", "Evidence") };
	columns[2] = (struct lx_column){ .kind = LX_CELL_NUMBER,
		.label = say(s, "准点率，%", "On time, %") };
	cells[0] = cell(LX_CELL_DATE, lx_words_str("12-08"));
	cells[1] = cell(LX_CELL_TITLE, say(s, "第一周行车记录", "Journeys of the first week"));
	cells[1].link = at("/contents/1204");
	cells[2] = cell(LX_CELL_NUMBER, lx_words_str("93.1"));
	cells[3] = cell(LX_CELL_DATE, lx_words_str("12-15"));
	cells[4] = cell(LX_CELL_TITLE, say(s, "第二周行车记录", "Journeys of the second week"));
	cells[4].link = at("/contents/1210");
	cells[5] = cell(LX_CELL_NUMBER, lx_words_str("96.4"));
	rows[0] = (struct lx_grid_row){ .cells = cells, .cells_n = 3 };
	rows[1] = (struct lx_grid_row){ .cells = cells + 3, .cells_n = 3 };
	return (struct lx_grid){ .caption = say(s, "证据", "Evidence"),
		.columns = columns,
		.columns_n = 3,
		.rows = rows,
		.rows_n = 2 };
}

static struct lx_consent_view pending_consent(struct sample *s)
{
	const struct lx_voice_view voices[] = { { say(s, "上海市", "Shanghai"),
							state(s, LX_VIEW_DONE, "同意", "yes"),
							SAMPLE_NOW, 48950, { 0 } },
		{ say(s, "嘉兴市", "Jiaxing"), state(s, LX_VIEW_LATE, "反对", "no"),
			SAMPLE_NOW + MINUTES(55), 48961,
			say(s, "理由：节前客流大，应先保证班次。",
				"Reason: before the holidays buses matter more than reports.") },
		{ say(s, "青浦区", "Qingpu"), state(s, LX_VIEW_WAIT, "未表态", "not yet"), 0, 0,
			{ 0 } } };
	const struct lx_fact input[] = { fact(s, say(s, "新的期限", "New deadline"),
		say(s, "2027 年 1 月 10 日", "10 January 2027")) };
	struct lx_consent_view consent = { .act = say(s, "延期至 2027 年 1 月 10 日",
						   "postpone to 10 January 2027"),
		.state = state(s, LX_VIEW_WORK, "表决中", "Open"),
		.rule = say(s, "三方过半数同意；到期未表态视为弃权。",
			"More than half of the three parties; silence counts as abstaining."),
		.until = SAMPLE_NOW + DAYS(10),
		.yes = 1,
		.no = 1,
		.abstain = 0,
		.silent = 1,
		.voices = KEEP(s, voices),
		.voices_n = 3,
		.input = KEEP(s, input),
		.input_n = 1 };
	const struct lx_svg_part parts[] = { { 1, "done", say(s, "同意", "yes").text },
		{ 1, "late", say(s, "反对", "no").text },
		{ 1, "rest", say(s, "未表态", "not yet").text } };
	const struct lx_act_view says[] = { { .label = say(s, "同意", "Yes"),
						    .address = at(
							    "/commitments/44/say/1?voice=yes") },
		{ .label = say(s, "反对", "No"), .address = at("/commitments/44/say/1?voice=no") },
		{ .label = say(s, "弃权", "Abstain"),
			.address = at("/commitments/44/say/1?voice=abstain") } };

	consent.says = KEEP(s, says);
	consent.says_n = 3;
	if (lx_svg_stack(s->call, &s->view, parts, 3, &consent.bar) != LX_OK)
		consent.bar = (struct lx_html){ 0 };
	return consent;
}

static void commitment_page(struct sample *s)
{
	const struct lx_link_view crumbs[] = { to(say(s, "履责", "Accountability"), "/duty"),
		to(say(s, "责任事项", "Commitments"), "/commitments"),
		{ .label = lx_words_str("44") } };
	const struct lx_words above[] = { say(s, "责任事项 44", "Commitment 44"),
		say(s, "2026-11-20 承诺", "pledged 2026-11-20") };
	const struct lx_piece pieces[] = { { say(s, "苏州市", "Suzhou JS"), { 0 },
						   at("/members/5") },
		{ .words = say(s, "期限 12-20", "due 12-20") } };
	const struct lx_fact facts[] = { fact(s, say(s, "责任方", "Owner"),
						 say(s, "苏州市", "Suzhou JS")),
		fact(s, say(s, "来源", "From"),
			say(s, "需求 3817 的答复", "the answer to need 3817")),
		fact(s, say(s, "指标", "Measure"), say(s, "末班车准点率", "Last buses on time")),
		fact(s, say(s, "目标值", "Target"), lx_words_str("95.0")),
		fact(s, say(s, "期限", "Due"), say(s, "2026 年 12 月 20 日", "20 December 2026")),
		{ .label = say(s, "协助方", "Helper") } };
	const struct lx_act_view acts[] = { { .label = say(s, "报告进展", "Report"),
						    .address = at("/commitments/44/report"),
						    .main = true },
		{ .label = say(s, "请求延期", "Postpone"),
			.reason = say(
				s, "已有一项延期在表决中。", "A postponement is being decided.") },
		{ .label = say(s, "确认完成", "Confirm"),
			.reason = say(s, "还没有报告。由协议各方或秘书处确认。",
				"Not reported yet. A party or the secretariat confirms.") } };
	const struct lx_term_view terms[] = { { say(s, "完成", "Due"), lx_words_str("12-20"),
		state(s, LX_VIEW_SOON, "快到期", "due soon") } };
	const struct lx_life life[] = {
		{ SAMPLE_NOW, 48214, at("/record/48214"), LX_VIEW_WORK,
			say(s, "由需求 3817 的答复产生", "Undertaken by the answer to need 3817"),
			{ 0 }, { 0 }, false },
		{ SAMPLE_NOW + DAYS(1), 48300, at("/record/48300"), LX_VIEW_WORK,
			say(s, "更正目标值：90.0", "Target corrected: 90.0"),
			say(s, "理由：笔误。", "Reason: a slip of the pen."), { 0 }, true },
		{ SAMPLE_NOW + DAYS(18), 48949, at("/record/48949"), LX_VIEW_SOON,
			say(s, "请求延期，交各方表决", "Postponement asked, the parties decide"),
			{ 0 }, { 0 }, false }
	};
	const struct lx_consent_view consent = pending_consent(s);
	const struct lx_grid tables[] = { evidence_table(s) };
	struct lx_item_page page = {
		.frame = frame_of(s,
			say(s, "7618 路末班车延至 22:30", "Run the last 7618 until 22:30"),
			"/duty"),
		.above = above,
		.above_n = 2,
		.title = say(s, "7618 路末班车延至 22:30，准点率不低于 95%",
			"Run the last 7618 until 22:30, 95% of them on time"),
		.state = state(s, LX_VIEW_SOON, "快到期", "Due soon"),
		.pieces = pieces,
		.pieces_n = 2,
		.facts = { { 0 }, facts, COUNT(facts) },
		.tables = tables,
		.tables_n = 1,
		.consents = &consent,
		.consents_n = 1,
		.life = life,
		.life_n = 3,
		.acts = acts,
		.acts_n = 3,
		.terms = terms,
		.terms_n = 1,
		.hash = lx_text("1c4e 90aa 7d21 …")
	};

	page.frame.crumbs = crumbs;
	page.frame.crumbs_n = 3;
	lx_view_item(&s->out, &s->view, &page);
	save(s, "item-general");
}

static void charter_page(struct sample *s)
{
	const struct lx_link_view crumbs[] = { { .label = say(s, "章程", "Charter") } };
	const struct lx_words above[] = { say(
		s, "第 3 版，2026-06-01 起施行", "Version 3, in force from 2026-06-01") };
	const struct lx_fact basics[] = {
		fact(s, say(s, "名称", "Name"),
			say(s, "长三角城市联席会议", "Yangtze Delta Cities Council")),
		fact(s, say(s, "货币", "Currency"), say(s, "人民币", "CNY")),
		fact(s, say(s, "时区", "Zone"), say(s, "北京时间（UTC+8）", "UTC+8"))
	};
	const struct lx_fact rules[] = {
		fact(s, say(s, "修改章程", "Amend the charter"),
			say(s, "席位三分之二，且代表人口过半数；30 个工作日未表态视为弃权",
				"Two thirds of the seats and more than half of the population; "
				"silence after 30 working days abstains")),
		fact(s, say(s, "延长答复期限", "Extend an answer"),
			say(s, "秘书处两席", "two seats of the secretariat"))
	};
	const struct lx_fact on[] = { fact(s, say(s, "需求", "Needs"), say(s, "施行", "on")),
		fact(s, say(s, "责任事项", "Commitments"), say(s, "施行", "on")),
		fact(s, say(s, "基金", "Fund"), say(s, "未施行", "off")) };
	const struct lx_chapter chapters[] = {
		{ .id = lx_text("basics"),
			.heading = say(s, "第一章 总则", "1 General"),
			.prose = { .html = marked(s,
					   "各成员城市一市一席，不分大小。共同的事共同决定，决定的"
					   "事限期办，办的事公开。",
					   "Each member city has one seat, whatever its size. What "
					   "is common is decided in common, done by a date, and "
					   "done in public.") },
			.facts = { { 0 }, basics, COUNT(basics) } },
		{ .id = lx_text("rules"),
			.heading = say(s, "第二章 表决规则", "2 Majorities"),
			.facts = { { 0 }, rules, COUNT(rules) } },
		{ .id = lx_text("on"),
			.heading = say(s, "第三章 施行的制度", "3 Institutions in force"),
			.facts = { { 0 }, on, COUNT(on) } }
	};
	const struct lx_life life[] = { { SAMPLE_NOW - DAYS(600), 1, at("/record/1"), LX_VIEW_WAIT,
						say(s, "起草", "Drafted"), { 0 }, { 0 }, false },
		{ SAMPLE_NOW - DAYS(590), 44, at("/record/44"), LX_VIEW_DONE,
			say(s, "41 个创始成员同意，通过",
				"Adopted by the consent of 41 founding members"),
			{ 0 }, say(s, "自 2025-04-15 起施行", "in force from 2025-04-15"),
			false } };
	struct lx_charter_page page = {
		.item = { .frame = frame_of(s, say(s, "章程", "Charter"), NULL),
			.above = above,
			.above_n = 1,
			.title = say(s, "长三角城市联席会议章程",
				"Charter of the Yangtze Delta Cities Council"),
			.state = state(s, LX_VIEW_DONE, "施行中", "In force"),
			.life = life,
			.life_n = 2 },
		.chapters = chapters,
		.chapters_n = COUNT(chapters)
	};

	page.item.frame.crumbs = crumbs;
	page.item.frame.crumbs_n = 1;
	lx_view_charter(&s->out, &s->view, &page);
	save(s, "charter");
}

void sample_item(struct sample *s)
{
	need_page(s);
	commitment_page(s);
	charter_page(s);
}
