/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sample pages: home with its map, the desk, a section page, the menu. */
#include "kernel/view/view_sample.h"

static const struct {
	int row, column, code;
	const char *zh, *en, *figure;
	enum lx_tile_class class;
	bool above, left;
} cities[] = {
	{ 1, 3, 320300, "徐州", "Xuzhou", "92.8", LX_TILE_NEAR, false, false },
	{ 1, 5, 320700, "连云港", "Lianyungang", "89.4", LX_TILE_UNDER, false, false },
	{ 2, 1, 341600, "亳州", "Bozhou", "98.0", LX_TILE_PLAIN, false, false },
	{ 2, 2, 340600, "淮北", "Huaibei", "95.4", LX_TILE_PLAIN, false, false },
	{ 2, 3, 341300, "宿州", "Suzhou AH", "91.5", LX_TILE_NEAR, true, false },
	{ 2, 4, 321300, "宿迁", "Suqian", "96.7", LX_TILE_PLAIN, false, true },
	{ 2, 5, 320800, "淮安", "Huai'an", "95.4", LX_TILE_PLAIN, false, false },
	{ 2, 6, 320900, "盐城", "Yancheng", "97.4", LX_TILE_PLAIN, false, false },
	{ 3, 1, 341200, "阜阳", "Fuyang", "86.2", LX_TILE_UNDER, false, false },
	{ 3, 2, 340400, "淮南", "Huainan", "88.7", LX_TILE_UNDER, false, false },
	{ 3, 3, 340300, "蚌埠", "Bengbu", "95.4", LX_TILE_PLAIN, false, false },
	{ 3, 4, 341100, "滁州", "Chuzhou", "95.5", LX_TILE_PLAIN, true, false },
	{ 3, 5, 321000, "扬州", "Yangzhou", "97.0", LX_TILE_PLAIN, false, true },
	{ 3, 6, 321200, "泰州", "Taizhou JS", "98.8", LX_TILE_PLAIN, false, false },
	{ 3, 7, 320600, "南通", "Nantong", "94.6", LX_TILE_NEAR, false, false },
	{ 4, 1, 341500, "六安", "Lu'an", "93.9", LX_TILE_NEAR, false, false },
	{ 4, 2, 340100, "合肥", "Hefei", "97.9", LX_TILE_PLAIN, false, false },
	{ 4, 3, 340500, "马鞍山", "Ma'anshan", "99.4", LX_TILE_PLAIN, false, false },
	{ 4, 4, 320100, "南京", "Nanjing", "97.7", LX_TILE_PLAIN, true, true },
	{ 4, 5, 321100, "镇江", "Zhenjiang", "96.9", LX_TILE_PLAIN, false, false },
	{ 4, 6, 320400, "常州", "Changzhou", "99.5", LX_TILE_PLAIN, false, false },
	{ 4, 7, 320200, "无锡", "Wuxi", "95.3", LX_TILE_PLAIN, false, false },
	{ 5, 1, 340800, "安庆", "Anqing", "92.1", LX_TILE_NEAR, false, false },
	{ 5, 2, 340700, "铜陵", "Tongling", "96.4", LX_TILE_PLAIN, false, false },
	{ 5, 3, 340200, "芜湖", "Wuhu", "95.7", LX_TILE_PLAIN, false, false },
	{ 5, 4, 341800, "宣城", "Xuancheng", "95.6", LX_TILE_PLAIN, true, false },
	{ 5, 5, 330500, "湖州", "Huzhou", "96.5", LX_TILE_PLAIN, true, true },
	{ 5, 7, 320500, "苏州", "Suzhou JS", "94.8", LX_TILE_NEAR, false, false },
	{ 5, 8, 310000, "上海", "Shanghai", "95.9", LX_TILE_PLAIN, false, true },
	{ 6, 3, 341700, "池州", "Chizhou", "97.7", LX_TILE_PLAIN, false, false },
	{ 6, 4, 341000, "黄山", "Huangshan", "98.0", LX_TILE_PLAIN, false, false },
	{ 6, 5, 330100, "杭州", "Hangzhou", "96.8", LX_TILE_PLAIN, false, true },
	{ 6, 6, 330400, "嘉兴", "Jiaxing", "97.6", LX_TILE_PLAIN, false, false },
	{ 7, 4, 330800, "衢州", "Quzhou", "95.4", LX_TILE_PLAIN, true, false },
	{ 7, 5, 330700, "金华", "Jinhua", "93.3", LX_TILE_NEAR, false, false },
	{ 7, 6, 330600, "绍兴", "Shaoxing", "96.0", LX_TILE_PLAIN, false, false },
	{ 7, 7, 330200, "宁波", "Ningbo", "98.2", LX_TILE_PLAIN, false, false },
	{ 7, 8, 330900, "舟山", "Zhoushan", "97.0", LX_TILE_PLAIN, false, false },
	{ 8, 5, 331100, "丽水", "Lishui", "96.5", LX_TILE_PLAIN, false, false },
	{ 8, 6, 330300, "温州", "Wenzhou", "94.2", LX_TILE_NEAR, false, false },
	{ 8, 7, 331000, "台州", "Taizhou ZJ", "97.1", LX_TILE_PLAIN, false, false },
};

static void fill_map(struct sample *s, struct lx_tile_map *map)
{
	struct lx_tile *tiles = lx_array(s->call, COUNT(cities), sizeof *tiles);
	struct lx_tile_label *labels = lx_array(s->call, 4, sizeof *labels);
	struct lx_tile_key *keys = lx_array(s->call, 3, sizeof *keys);

	if (tiles == NULL || labels == NULL || keys == NULL)
		return;
	for (size_t i = 0; i < COUNT(cities); i++)
		tiles[i] = (struct lx_tile){ cities[i].row, cities[i].column,
			say(s, cities[i].zh, cities[i].en), lx_text(cities[i].figure),
			lx_address_make(s->call, "/members/%d", cities[i].code), cities[i].class,
			cities[i].above, cities[i].left };
	labels[0] = (struct lx_tile_label){ 1, 7, 2, say(s, "江苏 13 市", "Jiangsu, 13"), false };
	labels[1] = (struct lx_tile_label){ 6, 1, 2, say(s, "安徽 16 市", "Anhui, 16"), false };
	labels[2] = (struct lx_tile_label){ 8, 3, 2, say(s, "浙江 11 市", "Zhejiang, 11"), true };
	labels[3] = (struct lx_tile_label){ 5, 6, 1, say(s, "太湖", "Lake Tai"), true };
	keys[0] = (struct lx_tile_key){ LX_TILE_PLAIN, say(s, "95 及以上", "95 and more") };
	keys[1] = (struct lx_tile_key){ LX_TILE_NEAR, say(s, "90—95", "90–95") };
	keys[2] = (struct lx_tile_key){ LX_TILE_UNDER, say(s, "低于 90", "under 90") };
	*map = (struct lx_tile_map){ .heading = say(s, "各市按时答复率，2026 年 10 月",
					     "Answered on time, October 2026"),
		.unit = say(s, "目标 95%", "target 95%"),
		.finding = say(s,
			"30 市达标，8 市略低，3 市低于 "
			"90%：阜阳、淮南、连云港。每市一格，大小相同，一市一席。",
			"30 cities meet the target, 8 are near it, 3 are under 90%: Fuyang, "
			"Huainan, Lianyungang. One tile a city, all the same size: one city, one "
			"seat."),
		.tiles = tiles,
		.tiles_n = COUNT(cities),
		.labels = labels,
		.labels_n = 4,
		.keys = keys,
		.keys_n = 3,
		.table = to(say(s, "看表格", "As a table"), "/duty") };
}

static void home_page(struct sample *s)
{
	const struct lx_svg_part parts[] = { { 2987, "done", say(s, "已答复", "Answered").text },
		{ 364, "work", say(s, "办理中", "In hand").text },
		{ 61, "late", say(s, "逾期", "Overdue").text } };
	const struct lx_stack_label labels[] = { { state(s, LX_VIEW_DONE, "已答复", "Answered"),
							 2987, { 0 } },
		{ state(s, LX_VIEW_WORK, "办理中", "In hand"), 364, { 0 } },
		{ state(s, LX_VIEW_LATE, "逾期", "Overdue"), 61, at("/needs?term=late") } };
	struct lx_stack_view stack = { .heading = to(say(s, "需求", "Needs"), "/needs"),
		.unit = say(s, "2026 年 10 月", "October 2026"),
		.total = 3412,
		.words = say(s, "件收到，其中", "received, of which"),
		.labels = labels,
		.labels_n = 3 };
	const struct lx_fact fund[] = { fact(s, say(s, "账面余额", "Balance"),
						lx_words_str("21,842")),
		fact(s, say(s, "已承诺未付", "Promised, not paid"), lx_words_str("9,316")),
		fact(s, say(s, "可用", "Free"), lx_words_str("12,526")) };
	const struct lx_home_section sections[] = {
		{ .heading = to(say(s, "正在投票", "Voting now"), "/rounds/2"),
			.unit = say(s, "至 11 月 30 日", "until 30 November"),
			.words = say(s,
				"2026 年第二轮：从 14 个项目里选，预算 1.2 "
				"亿元，居民直接决定。已有 286,410 人投票。",
				"Second round of 2026: 14 projects, ¥120 million, decided by "
				"residents. 286,410 have voted."),
			.button = to(say(s, "去投票", "Vote"), "/rounds/2/vote"),
			.under = say(s, "11 月 30 日 24:00 截止", "closes 30 November, 24:00") },
		{ .heading = to(say(s, "共同发展基金", "Joint fund"), "/fund"),
			.unit = say(s, "万元", "¥10,000"),
			.facts = fund,
			.facts_n = 3 }
	};
	const struct lx_words agenda[] = { say(s, "第二轮投票结果与两项异议",
						   "Result of the second round and two objections"),
		say(s, "太湖监测费用分摊协议", "Sharing the cost of watching Lake Tai"),
		say(s, "2027 年会费公式", "Formula of the dues for 2027") };
	const struct lx_home_section below[] = { { .heading = { .label = say(s, "下次会议",
									"Next meeting") },
		.strong = say(s, "第 14 次全体会议，常州", "14th conference, Changzhou"),
		.words = say(s, "2026 年 12 月 4 日（周五）9:30", "Friday 4 December 2026, 9:30"),
		.agenda = agenda,
		.agenda_n = 3,
		.under = say(s, "已报到 29 席，法定人数 27 席。",
			"29 seats have registered, 27 are a quorum.") } };
	const struct lx_latest latest[] = {
		{ SAMPLE_NOW, 48213, say(s, "苏州市", "Suzhou JS"), say(s, "答复需求", "answered"),
			to(lx_words_str("3817"), "/needs/3817"),
			say(s, "金泽—黎里公交末班车", "Last bus from Jinze to Lili") },
		{ SAMPLE_NOW - MINUTES(29), 48209, say(s, "秘书处", "The secretariat"),
			say(s, "派单", "routed"), to(lx_words_str("4122"), "/needs/4122"),
			say(s, "黄山市牵头，杭州市协办：新安江漂浮垃圾",
				"Huangshan leads, Hangzhou helps: rubbish on the Xin'an River") },
		{ SAMPLE_NOW - MINUTES(911), 48190, say(s, "基金", "The fund"),
			say(s, "付款 360 万元", "paid ¥3.6 million on"),
			to(lx_words_str("207"), "/vouchers/207"),
			say(s, "示范区夜间公交第二笔", "Night buses, second part") },
		{ SAMPLE_NOW - MINUTES(1281), 48160, say(s, "阜阳市", "Fuyang"),
			say(s, "逾期未答", "is overdue on"),
			to(lx_words_str("3655"), "/needs/3655"),
			say(s, "跨省救护车到达慢", "Ambulances across the border") }
	};
	struct lx_home_page page = { .frame = frame_of(s, (struct lx_words){ 0 }, "/"),
		.heading = say(s, "41 座城市共同的事，都在这里",
			"What 41 cities do together, in one place"),
		.lead = say(s,
			"跨城市的难题，由居民提出，由城市限期答复，由联席会议共同决定和出资。每一步"
			"都有记录，任何人都可以查。",
			"Residents name what crosses city borders, cities answer by a date, the "
			"conference decides and pays in common. Every step is on record, and "
			"anyone can check it."),
		.finds = true,
		.find_label = say(s, "查需求办到哪一步", "Where is my need?"),
		.find_hint = say(s, "编号在回执里。没有编号也可以按词语查。",
			"The number is on your receipt. Words will do too."),
		.find_example = lx_text("3817"),
		.sections = sections,
		.sections_n = 2,
		.latest = latest,
		.latest_n = COUNT(latest),
		.below = below,
		.below_n = 1 };

	fill_map(s, &page.map);
	if (lx_svg_stack(s->call, &s->view, parts, 3, &stack.bar) != LX_OK)
		return;
	page.stacks = &stack;
	page.stacks_n = 1;
	lx_view_home(&s->out, &s->view, &page);
	save(s, "home");
}

static void desk_page(struct sample *s)
{
	const struct lx_desk_link menu[] = {
		{ { .label = say(s, "待办", "To do"), .address = at("/desk"), .current = true },
			7 },
		{ to(say(s, "已答复，待评价", "Answered, verdict open"), "/desk/answered"), 23 },
		{ to(say(s, "责任事项", "Commitments"), "/desk/commitments"), 4 },
		{ to(say(s, "会议与表决", "Meetings and votes"), "/desk/votes"), 2 },
		{ to(say(s, "本市数据", "Our data"), "/desk/data"), 0 }
	};
	const struct lx_link_view answer[] = { to(say(s, "答复", "answer"), "/needs/3902/answer") };
	const struct lx_link_view note[] = { to(
		say(s, "写协办意见", "write a note"), "/needs/4077/note") };
	const struct lx_link_view sign[] = { to(say(s, "签收", "sign for"), "/needs/4133/sign"),
		to(say(s, "退回", "return"), "/needs/4133/return") };
	const struct lx_words lead = say(s, "牵头", "lead"), help = say(s, "协办", "help");
	const struct lx_state_view late = state(s, LX_VIEW_LATE, "逾期", "Overdue"),
				   soon = state(s, LX_VIEW_SOON, "快到期", "Due soon"),
				   work = state(s, LX_VIEW_WORK, "办理中", "In hand"),
				   wait = state(s, LX_VIEW_WAIT, "待签收", "To sign for");
	const struct lx_desk_row overdue[] = { { lx_text("3655"),
		to(say(s, "皖北急救车跨省接诊要等两头批", "Ambulances wait for two approvals"),
			"/needs/3655"),
		help, say(s, "阜阳牵头", "Fuyang leads"), late,
		say(s, "逾期 6 个工作日", "6 working days late"), note, 1 } };
	const struct lx_desk_row today[] = {
		{ lx_text("4077"),
			to(say(s, "马鞍山到江宁的断头路还差 800 米",
				   "The road from Ma'anshan to Jiangning"),
				"/needs/4077"),
			help, say(s, "马鞍山牵头", "Ma'anshan leads"), soon,
			say(s, "今天 17:30", "today 17:30"), note, 1 },
		{ lx_text("3902"),
			to(say(s, "南京南站换乘省际班车要出站重进",
				   "Changing to coaches at Nanjing South"),
				"/needs/3902"),
			lead, { 0 }, soon, say(s, "今天 17:30", "today 17:30"), answer, 1 }
	};
	const struct lx_desk_row other[] = {
		{ lx_text("4051"),
			to(say(s, "江北到滁州公交卡不能互通",
				   "Bus cards between Jiangbei and Chuzhou"),
				"/needs/4051"),
			lead, { 0 }, work, say(s, "11-26 剩 4 个工作日", "11-26, 4 working days"),
			answer, 1 },
		{ lx_text("4133"),
			to(say(s, "宁句线末班车后没有夜班公交",
				   "No night bus after the last Ningju train"),
				"/needs/4133"),
			lead, { 0 }, wait, say(s, "11-23 前签收", "sign by 11-23"), sign, 2 }
	};
	const struct lx_desk_group groups[] = { { say(s, "逾期", "Overdue"), overdue, 1, { 0 } },
		{ say(s, "快到期", "Soon"), today, 2, { 0 } },
		{ say(s, "其他", "Other"), other, 2, { 0 } } };
	struct lx_desk_page page = { .frame = frame_of(s, say(s, "待办", "To do"), NULL),
		.holder = say(s, "南京市经办人", "Officer of Nanjing"),
		.name = say(s, "陈某（示例）", "Chen (sample)"),
		.office = say(s, "办公室", "Office"),
		.menu = menu,
		.menu_n = COUNT(menu),
		.heading = say(s, "待办", "To do"),
		.sum = say(s, "本月按时答复 310 / 317", "310 of 317 answered on time this month"),
		.groups = groups,
		.groups_n = 3 };

	page.frame.exports = (struct lx_exports){ 0 };
	lx_view_desk(&s->out, &s->view, &page);
	save(s, "desk");
}

static void section_page(struct sample *s)
{
	const struct lx_column columns[] = { { .kind = LX_CELL_TEXT,
						     .label = say(s, "城市", "City") },
		{ .kind = LX_CELL_NUMBER, .label = say(s, "应答复", "Due") },
		{ .kind = LX_CELL_NUMBER, .label = say(s, "按时", "In time") },
		{ .kind = LX_CELL_NUMBER, .label = say(s, "按时率，%", "In time, %") } };
	struct lx_cell a[4] = { { .kind = LX_CELL_TITLE,
					.words = say(s, "南京", "Nanjing"),
					.link = at("/members/3") },
		cell(LX_CELL_NUMBER, lx_words_str("317")),
		cell(LX_CELL_NUMBER, lx_words_str("310")),
		cell(LX_CELL_NUMBER, lx_words_str("97.8")) };
	struct lx_cell b[4] = { { .kind = LX_CELL_TITLE,
					.words = say(s, "阜阳", "Fuyang"),
					.link = at("/members/9") },
		cell(LX_CELL_NUMBER, lx_words_str("138")),
		cell(LX_CELL_NUMBER, lx_words_str("119")),
		cell(LX_CELL_NUMBER, lx_words_str("86.2")) };
	struct lx_cell sum[4] = { { .kind = LX_CELL_TITLE, .words = say(s, "合计", "Total") },
		cell(LX_CELL_NUMBER, lx_words_str("455")),
		cell(LX_CELL_NUMBER, lx_words_str("429")),
		cell(LX_CELL_NUMBER, lx_words_str("94.3")) };
	const struct lx_grid_row rows[] = { { a, 4, false, false }, { b, 4, false, false },
		{ sum, 4, true, false } };
	struct lx_grid tables[] = {
		{ .caption = say(s, "按时答复", "Answered in time"),
			.unit = say(s, "件，2026 年 10 月", "needs, October 2026"),
			.columns = columns,
			.columns_n = 4,
			.rows = rows,
			.rows_n = 3,
			.compare = true,
			.more = to(say(s, "全部 41 市", "All 41 cities"), "/duty/all") },
		{ .caption = say(s, "逾期的责任事项", "Overdue commitments"),
			.columns = columns,
			.columns_n = 4,
			.empty = say(s, "没有逾期的责任事项。", "No commitment is overdue.") }
	};
	struct lx_section_page page = { .frame = frame_of(
						s, say(s, "履责", "Accountability"), "/duty"),
		.heading = say(s, "履责", "Accountability"),
		.lead = say(s, "谁承诺了什么，到期做了没有。",
			"Who promised what, and what became of it."),
		.tables = tables,
		.tables_n = 2 };

	for (size_t i = 0; i < 3; i++) {
		struct lx_cell *rate = (struct lx_cell *[]){ &a[3], &b[3], &sum[3] }[i];
		if (lx_svg_bar(s->call, (const int64_t[]){ 978, 862, 943 }[i], 1000,
			    i == 1 ? "late" : "c1", &rate->bar) != LX_OK)
			return;
	}
	lx_view_section(&s->out, &s->view, &page);
	save(s, "section");
}

void sample_home(struct sample *s)
{
	const struct lx_menu_page menu = { frame_of(s, say(s, "目录", "Contents"), NULL) };

	home_page(s);
	s->signed_in = true;
	desk_page(s);
	s->signed_in = false;
	section_page(s);
	lx_view_menu(&s->out, &s->view, &menu);
	save(s, "menu");
}
