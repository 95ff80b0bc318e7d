/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sample pages: the list of needs, an empty list, the record, one entry. */
#include "kernel/view/view_sample.h"

/* A need as the list shows it. */
struct need {
	int number;
	const char *zh, *en, *domain_zh, *domain_en, *lead_zh, *lead_en, *help_zh, *help_en;
	enum lx_view_mark mark;
	const char *state_zh, *state_en, *due_zh, *due_en;
	enum lx_tone tone;
	const char *backers;
};

static const struct need needs[] = {
	{ 3817, "金泽到黎里的公交末班车太早，下夜班回不了家",
		"The last bus from Jinze to Lili leaves too early for the late shift",
		"公共服务 / 交通", "Public services / transport", "苏州牵头", "Suzhou JS leads",
		"上海 嘉兴", "Shanghai, Jiaxing", LX_VIEW_DONE, "已答复", "Answered", "11-20 答复",
		"answered 11-20", LX_TONE_PLAIN, "1,862" },
	{ 3655, "皖北急救车跨省接诊要等两头批，病人耽误在路上",
		"Ambulances from northern Anhui wait for two approvals at the border",
		"公共服务 / 医疗", "Public services / health", "阜阳牵头", "Fuyang leads", "徐州",
		"Xuzhou", LX_VIEW_LATE, "逾期", "Overdue", "期限 11-12", "was due 11-12",
		LX_TONE_BAD, "940" },
	{ 4122, "新安江街口断面以上漂浮垃圾没人收",
		"Nobody collects the floating rubbish above Jiekou on the Xin'an River",
		"环境保护 / 水", "Environment / water", "黄山牵头", "Huangshan leads", "杭州",
		"Hangzhou", LX_VIEW_WORK, "办理中", "In hand", "期限 12-07", "due 12-07",
		LX_TONE_PLAIN, "418" },
	{ 4098, "太湖游泳区蓝藻预警三个市说法不一",
		"Three cities say three things about algae at Lake Tai's bathing places",
		"环境保护 / 水", "Environment / water", "无锡牵头", "Wuxi leads", "苏州 湖州 常州",
		"Suzhou JS, Huzhou, Changzhou", LX_VIEW_WORK, "办理中", "In hand", "期限 11-26",
		"due 11-26", LX_TONE_PLAIN, "1,204" },
	{ 4077, "马鞍山到江宁的断头路还差 800 米",
		"The road from Ma'anshan to Jiangning still ends 800 metres short",
		"基础设施 / 道路", "Infrastructure / roads", "马鞍山牵头", "Ma'anshan leads",
		"南京", "Nanjing", LX_VIEW_SOON, "快到期", "Due soon", "期限 11-23", "due 11-23",
		LX_TONE_WARN, "2,315" },
	{ 4131, "退休后随子女住嘉兴，慢病药要回淮安开",
		"Retired to Jiaxing, but my prescriptions are only written in Huai'an",
		"公共服务 / 医保", "Public services / insurance", "待派单", "not yet routed", "",
		"", LX_VIEW_WAIT, "待派单", "To be routed", "期限 11-23", "due 11-23",
		LX_TONE_PLAIN, "12" },
	{ 3590, "三市古镇联票不能在同一个窗口退",
		"The joint ticket of three water towns cannot be refunded at one window", "旅游",
		"Tourism", "湖州牵头", "Huzhou leads", "苏州 嘉兴", "Suzhou JS, Jiaxing",
		LX_VIEW_SHUT, "已办结", "Closed", "提出人：已解决", "asker: solved", LX_TONE_PLAIN,
		"77" },
	{ 4003, "中小企业用不上合肥的大型仪器，排队看不到",
		"Small firms cannot see the queue for Hefei's large instruments", "科技 / 共享资源",
		"Science / shared resources", "合肥牵头", "Hefei leads", "", "", LX_VIEW_DONE,
		"已答复", "Answered", "11-18 答复", "answered 11-18", LX_TONE_PLAIN, "203" },
};

static struct lx_grid_row need_row(struct sample *s, const struct need *need)
{
	struct lx_cell *cells = lx_array(s->call, 5, sizeof *cells);
	char *ref = lx_alloc(s->call, 16), *path = lx_alloc(s->call, 24);

	if (cells == NULL || ref == NULL || path == NULL)
		return (struct lx_grid_row){ 0 };
	struct lx_buf line = { .limit = 64 };
	lx_buf_printf(&line, "%d", need->number);
	cells[0] = cell(
		LX_CELL_REF, lx_words_str(lx_arena_copy(s->call->arena, line.at, line.len)));
	lx_buf_close(&line);
	cells[1] = cell(LX_CELL_TITLE, say(s, need->zh, need->en));
	cells[1].link = lx_address_make(s->call, "/needs/%d", need->number);
	cells[1].under = say(s, need->domain_zh, need->domain_en);
	cells[2] = cell(LX_CELL_SMALL, say(s, need->lead_zh, need->lead_en));
	cells[2].under = say(s, need->help_zh, need->help_en);
	cells[3].state = state(s, need->mark, need->state_zh, need->state_en);
	cells[3].under = say(s, need->due_zh, need->due_en);
	cells[3].tone = need->tone;
	cells[4] = cell(LX_CELL_NUMBER, lx_words_str(need->backers));
	cells[4].phone = say(s, " 人支持", " backers");
	return (struct lx_grid_row){ .cells = cells, .cells_n = 5 };
}

static void fill_table(struct sample *s, struct lx_grid *table, size_t rows_n)
{
	struct lx_column *columns = lx_array(s->call, 5, sizeof *columns);
	struct lx_grid_row *rows = lx_array(s->call, COUNT(needs), sizeof *rows);

	if (columns == NULL || rows == NULL)
		return;
	columns[0] = (struct lx_column){ .kind = LX_CELL_REF, .label = say(s, "编号", "Number") };
	columns[1] = (struct lx_column){ .label = say(s, "需求", "Need") };
	columns[2] = (struct lx_column){ .label = say(s, "责任城市", "Responsible") };
	columns[3] = (struct lx_column){ .label = say(s, "状态与期限", "State and deadline") };
	columns[4] = (struct lx_column){ .kind = LX_CELL_NUMBER,
		.label = say(s, "支持", "Backers") };
	for (size_t i = 0; i < rows_n; i++)
		rows[i] = need_row(s, &needs[i]);
	*table = (struct lx_grid){ .caption = say(s, "需求列表", "Needs"),
		.columns = columns,
		.columns_n = 5,
		.rows = rows,
		.rows_n = rows_n };
}

static void fill_filters(struct sample *s, struct lx_filters *filters)
{
	struct lx_filter_choice *states = lx_array(s->call, 6, sizeof *states);
	struct lx_filter_choice *who = lx_array(s->call, 3, sizeof *who);
	struct lx_filter_choice *domains = lx_array(s->call, 5, sizeof *domains);
	struct lx_filter_choice *cities = lx_array(s->call, 3, sizeof *cities);
	struct lx_filter *all = lx_array(s->call, 5, sizeof *all);

	if (states == NULL || who == NULL || domains == NULL || cities == NULL || all == NULL)
		return;
	states[0] = (struct lx_filter_choice){ lx_text("submitted"),
		state(s, LX_VIEW_WAIT, "待派单", "To be routed"), { 0 }, 58, 0, false };
	states[1] = (struct lx_filter_choice){ lx_text("routed"),
		state(s, LX_VIEW_WORK, "办理中", "In hand"), { 0 }, 306, 0, false };
	states[2] = (struct lx_filter_choice){ lx_text("soon"),
		state(s, LX_VIEW_SOON, "快到期", "Due soon"), { 0 }, 43, 0, false };
	states[3] = (struct lx_filter_choice){ lx_text("late"),
		state(s, LX_VIEW_LATE, "逾期", "Overdue"), { 0 }, 61, 0, false };
	states[4] = (struct lx_filter_choice){ lx_text("answered"),
		state(s, LX_VIEW_DONE, "已答复", "Answered"), { 0 }, 2987, 0, false };
	states[5] = (struct lx_filter_choice){ lx_text("closed"),
		state(s, LX_VIEW_SHUT, "已办结", "Closed"), { 0 }, 18204, 0, false };
	who[0] = (struct lx_filter_choice){ .value = lx_text("resident"),
		.label = say(s, "居民", "Residents"),
		.count = 19860,
		.chosen = true };
	who[1] = (struct lx_filter_choice){ .value = lx_text("organisation"),
		.label = say(s, "桥梁组织", "Organisations"),
		.count = 1544,
		.chosen = true };
	who[2] = (struct lx_filter_choice){ .value = lx_text("member"),
		.label = say(s, "成员政府", "Members"),
		.count = 255,
		.chosen = true };
	domains[0] = (struct lx_filter_choice){ .value = lx_text("services"),
		.label = say(s, "公共服务", "Public services"),
		.count = 9113 };
	domains[1] = (struct lx_filter_choice){ .value = lx_text("transport"),
		.label = say(s, "交通", "Transport"),
		.count = 3027,
		.level = 1 };
	domains[2] = (struct lx_filter_choice){ .value = lx_text("health"),
		.label = say(s, "医疗与医保", "Health"),
		.count = 2960,
		.level = 1 };
	domains[3] = (struct lx_filter_choice){ .value = lx_text("environment"),
		.label = say(s, "环境保护", "Environment"),
		.count = 4408 };
	domains[4] = (struct lx_filter_choice){ .value = lx_text("roads"),
		.label = say(s, "基础设施", "Infrastructure"),
		.count = 3291 };
	cities[0] = (struct lx_filter_choice){ .label = say(s, "任何城市", "Any city") };
	cities[1] = (struct lx_filter_choice){ .value = lx_text("1"),
		.label = say(s, "苏州（苏）", "Suzhou JS") };
	cities[2] = (struct lx_filter_choice){ .value = lx_text("2"),
		.label = say(s, "宿州（皖）", "Suzhou AH") };
	all[0] = (struct lx_filter){ .kind = LX_FILTER_TICKS,
		.name = lx_text("state"),
		.label = say(s, "状态", "State"),
		.choices = states,
		.choices_n = 6 };
	all[1] = (struct lx_filter){ .kind = LX_FILTER_TICKS,
		.name = lx_text("who"),
		.label = say(s, "谁提出的", "Who expressed it"),
		.choices = who,
		.choices_n = 3 };
	all[2] = (struct lx_filter){ .kind = LX_FILTER_TICKS,
		.name = lx_text("category"),
		.label = say(s, "领域", "Domain"),
		.choices = domains,
		.choices_n = 5,
		.more = to(say(s, "全部 9 个领域", "All 9 domains"), "?category=all") };
	all[3] = (struct lx_filter){ .kind = LX_FILTER_SELECT,
		.name = lx_text("lead"),
		.label = say(s, "责任城市", "Responsible city"),
		.choices = cities,
		.choices_n = 3 };
	all[4] = (struct lx_filter){ .kind = LX_FILTER_DAYS,
		.name = lx_text("day"),
		.label = say(s, "提出日期", "Submitted"),
		.from = lx_text("2026-10-01") };
	*filters = (struct lx_filters){ .action = at("/needs"),
		.searchable = true,
		.filters = all,
		.filters_n = 5,
		.chosen = 3,
		.clear = at("/needs") };
}

static void list_of_needs(struct sample *s, size_t rows_n, const char *name)
{
	const struct lx_link_view crumbs[] = { { .label = say(s, "需求", "Needs") } };
	const struct lx_link_view sorts[] = {
		{ .label = say(s, "最近变动", "latest change"), .current = true },
		to(say(s, "支持最多", "most backed"), "?sort=backers"),
		to(say(s, "期限最近", "nearest deadline"), "?sort=due"),
		to(say(s, "最新提出", "newest"), "?sort=new"),
	};
	const struct lx_page_link pages[] = { { 1, { 0 }, true }, { 2, at("?page=2"), false },
		{ 3, at("?page=3"), false }, { 0, { 0 }, false }, { 20, at("?page=20"), false } };
	struct lx_list_page page = {
		.frame = frame_of(s, say(s, "需求", "Needs"), "/needs"),
		.heading = say(s, "需求", "Needs"),
		.total = rows_n == 0 ? 0 : 21659,
		.unit = say(s, "件", "needs"),
		.sorts = sorts,
		.sorts_n = COUNT(sorts),
	};

	page.frame.crumbs = crumbs;
	page.frame.crumbs_n = 1;
	fill_filters(s, &page.filter);
	fill_table(s, &page.table, rows_n);
	if (rows_n > 0) {
		page.note = (struct lx_note){ .strong = say(s, "许多人说的是同一件事。",
						      "Many say the same."),
			.words = say(s, "归组不合并：每一件仍单独编号、单独答复。",
				"Clusters do not merge: each need keeps its number and its "
				"answer."),
			.link = to(say(s, "最大的 10 组同类需求", "The ten largest clusters"),
				"/clusters") };
		page.pager = (struct lx_pager){ .first = 1,
			.last = 8,
			.total = 21659,
			.pages = pages,
			.pages_n = COUNT(pages),
			.next = at("?page=2") };
	} else {
		page.table.empty = say(
			s, "还没有同类需求。您是第一个。", "No such needs yet. You are the first.");
		page.start = to(say(s, "提出需求", "Express a need"), "/needs/new");
	}
	lx_view_list(&s->out, &s->view, &page);
	save(s, name);
}

static void record_page(struct sample *s)
{
	const struct lx_entry_row rows[] = {
		{ 48213, SAMPLE_NOW, at("/record/48213"), say(s, "答复需求", "Answer a need"),
			lx_text("need.answer"), say(s, "苏州市", "Suzhou JS"),
			to(say(s, "需求 3817", "Need 3817"), "/needs/3817"), lx_text("038fd2f7"),
			true },
		{ 48212, SAMPLE_NOW - MINUTES(1), at("/record/48212"),
			say(s, "办理备注", "Working note"), lx_text("need.note"),
			say(s, "嘉兴市", "Jiaxing"),
			to(say(s, "需求 3817", "Need 3817"), "/needs/3817"), lx_text("627c81e6"),
			false },
		{ 48211, SAMPLE_NOW - MINUTES(10), at("/record/48211"), say(s, "支持", "Back"),
			lx_text("need.back"), say(s, "一位居民", "a resident"),
			to(say(s, "需求 4077", "Need 4077"), "/needs/4077"), lx_text("9982f880"),
			false },
		{ 48209, SAMPLE_NOW - MINUTES(29), at("/record/48209"), say(s, "派单", "Route"),
			lx_text("need.route"), say(s, "秘书处", "Secretariat"),
			to(say(s, "需求 4122", "Need 4122"), "/needs/4122"), lx_text("d9576ce7"),
			false },
		{ 48208, SAMPLE_NOW - MINUTES(39), at("/record/48208"),
			say(s, "删除个人信息", "Erase personal data"), lx_text("need.gone"),
			say(s, "秘书处", "Secretariat"),
			to(say(s, "依规则 7.2", "under rule 7.2"), "/charter#privacy"),
			lx_text("7fa29c78"), false },
		{ 48190, SAMPLE_NOW - MINUTES(900), at("/record/48190"),
			say(s, "未公开的条目", "Entry not public"), lx_text("dispute"), { 0 },
			{ 0 }, lx_text("69f570fb"), false },
		{ 48177, SAMPLE_NOW - MINUTES(990), at("/record/48177"), say(s, "逾期", "Overdue"),
			lx_text("need.overdue"), say(s, "时钟", "the clock"),
			to(say(s, "需求 3655", "Need 3655"), "/needs/3655"), lx_text("e80478da"),
			false },
	};
	struct lx_filter_choice acts[] = { { .label = say(s, "全部 64 种", "All 64 kinds") } };
	struct lx_filter_choice who[] = { { .label = say(s, "任何一方", "Anyone") } };
	const struct lx_filter filters[] = {
		{ .kind = LX_FILTER_SELECT,
			.name = lx_text("act"),
			.label = say(s, "事项", "Act"),
			.choices = acts,
			.choices_n = 1 },
		{ .kind = LX_FILTER_SELECT,
			.name = lx_text("by"),
			.label = say(s, "谁做的", "By whom"),
			.choices = who,
			.choices_n = 1 },
	};
	const struct lx_fact checkpoint[] = { fact(s, say(s, "时间", "Time"),
						      lx_words_str("2026-11-20 09:00")),
		fact(s, say(s, "条数", "Entries"), lx_words_str("48,213")),
		fact(s, say(s, "根", "Root"), lx_words_str("68fa5972 80861564 …")) };
	const struct lx_link_view crumbs[] = { { .label = say(s, "公开记录", "Public record") } };
	struct lx_record_page page = {
		.frame = frame_of(s, say(s, "公开记录", "Public record"), "/record"),
		.heading = say(s, "公开记录", "Public record"),
		.lead = say(s, "每一个动作一条，按先后编号，写入后不改。任何人都可以核对。",
			"One entry for each act, numbered as they came, never changed. Anyone can "
			"check it."),
		.filter = { .action = at("/record"),
			.searchable = true,
			.filters = filters,
			.filters_n = 2 },
		.rows = rows,
		.rows_n = COUNT(rows),
		.pager = { .first = 1, .last = 7, .total = 48213, .next = at("?before=48177") },
		.sum = say(s, "自 2025-03-01 起。", "Since 1 March 2025."),
		.whole = to(say(s, "下载全部", "Download all of it"), "/record.jsonl"),
		.checkpoint = { say(s, "最近的检查点", "Latest checkpoint"), checkpoint,
			COUNT(checkpoint) },
		.verify = say(s, "一条命令，离线也能查。数据来自任何一份副本。",
			"One command, also offline, on any copy of the data."),
		.command = say(s,
			"lianxi verify 48213\n条目   一致\n路径   16 步，一致\n未发现改动",
			"lianxi verify 48213\nentry   agrees\npath    16 steps, agrees\nnothing "
			"was changed")
				   .text,
	};

	page.frame.crumbs = crumbs;
	page.frame.crumbs_n = 1;
	lx_view_record(&s->out, &s->view, &page);
	save(s, "record");
}

static void entry_page(struct sample *s)
{
	const struct lx_link_view crumbs[] = { to(say(s, "公开记录", "Public record"), "/record"),
		{ .label = lx_words_str("48,213") } };
	const struct lx_fact facts[] = { fact(s, say(s, "事项", "Act"),
						 lx_words_str("need.answer")),
		fact(s, say(s, "由", "By"),
			say(s, "苏州市经办人，授权 12", "Officer of Suzhou, mandate 12")),
		fact(s, say(s, "以何身份", "As"), say(s, "牵头", "lead")) };
	const struct lx_fact proof[] = { fact(s, say(s, "叶", "Leaf"),
						 lx_words_str("038fd2f7a41c…")),
		fact(s, say(s, "检查点", "Checkpoint"), lx_words_str("48,213")) };
	const struct lx_effect_view effects[] = {
		{ say(s, "结论", "Outcome"), cell(LX_CELL_TEXT, say(s, "可以解决", "done")),
			lx_text("[\"set\",\"outcome\",\"done\"]") },
		{ say(s, "答复", "Answer"),
			cell(LX_CELL_TEXT, say(s, "正文（214 字）", "text (214 characters)")),
			lx_text("[\"set\",\"answer\",\"content/991\"]") },
		{ say(s, "状态", "State"),
			{ .state = state(s, LX_VIEW_DONE, "已答复", "Answered") },
			lx_text("[\"set\",\"state\",\"answered\"]") },
		{ say(s, "评价期限", "Verdict due"), cell(LX_CELL_DATE, lx_words_str("12-04")),
			lx_text("[\"term\",\"verdict_by\",\"runs\",1796313600000]") },
	};
	const struct lx_text path[] = {
		lx_text("9f2c71ab04d8e61a5b3390c2a7de1184c9f0b1d2e3f405162738495a6b7c8d9e"),
		lx_text("41d08c3e7b92a0c1d2e3f405162738495a6b7c8d9e9f2c71ab04d8e61a5b3390")
	};
	struct lx_entry_page page = {
		.frame = frame_of(s, say(s, "条目 48,213", "Entry 48,213"), "/record"),
		.entry = 48213,
		.at = SAMPLE_NOW,
		.heading = say(s, "苏州市答复需求", "Suzhou JS answered a need"),
		.record = to(say(s, "需求 3817 金泽到黎里的公交末班车太早",
				     "Need 3817: the last bus from Jinze to Lili"),
			"/needs/3817"),
		.facts = { { 0 }, facts, COUNT(facts) },
		.effects = effects,
		.effects_n = COUNT(effects),
		.bytes = lx_text(
			"{\"act\":\"need.answer\",\"as\":\"lead\",\"at\":1795135260000,\"by\":"
			"\"mandate/"
			"12\",\"do\":[[\"set\",\"outcome\",\"done\"],[\"set\",\"answer\",\"content/"
			"991\"],[\"set\",\"state\",\"answered\"]],\"for\":\"member/"
			"1\",\"format\":1,\"n\":48213,\"of\":\"need/3817\",\"v\":1}"),
		.proof = { say(s, "证明", "Proof"), proof, COUNT(proof) },
		.path = path,
		.path_n = COUNT(path),
		.command = lx_text("lianxi verify 48213"),
		.previous = to(lx_words_str("← № 48,212"), "/record/48212"),
		.next = to(lx_words_str("№ 48,214 →"), "/record/48214"),
	};

	page.frame.crumbs = crumbs;
	page.frame.crumbs_n = 2;
	lx_view_entry(&s->out, &s->view, &page);
	save(s, "entry");
}

void sample_list(struct sample *s)
{
	list_of_needs(s, COUNT(needs), "list");
	list_of_needs(s, 0, "list-empty");
	record_page(s);
	entry_page(s);
}
