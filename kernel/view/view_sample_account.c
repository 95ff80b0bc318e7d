/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sample pages: sign-in, first link, account, and what goes wrong. */
#include "kernel/view/view_sample.h"

static struct lx_grid demo_accounts(struct sample *s)
{
	struct lx_column *columns = lx_array(s->call, 2, sizeof *columns);
	struct lx_cell *cells = lx_array(s->call, 4, sizeof *cells);
	struct lx_grid_row *rows = lx_array(s->call, 2, sizeof *rows);

	if (columns == NULL || cells == NULL || rows == NULL)
		return (struct lx_grid){ 0 };
	columns[0] = (struct lx_column){ .label = say(s, "账号", "Account") };
	columns[1] = (struct lx_column){ .label = say(s, "是谁", "Who") };
	cells[0] = cell(LX_CELL_TITLE, lx_words_str("nanjing"));
	cells[1] = cell(LX_CELL_TEXT, say(s, "南京市经办人", "officer of Nanjing"));
	cells[2] = cell(LX_CELL_TITLE, lx_words_str("secretary"));
	cells[3] = cell(LX_CELL_TEXT, say(s, "秘书处", "secretariat"));
	rows[0] = (struct lx_grid_row){ .cells = cells, .cells_n = 2 };
	rows[1] = (struct lx_grid_row){ .cells = cells + 2, .cells_n = 2 };
	return (struct lx_grid){ .caption = say(s, "示例账号（仅限本机）",
					 "Sample accounts (this machine only)"),
		.unit = say(s, "密码都是 lianxi-demo", "password lianxi-demo"),
		.columns = columns,
		.columns_n = 2,
		.rows = rows,
		.rows_n = 2 };
}

static void sign_in_page(struct sample *s)
{
	const struct lx_field_view fields[] = { { .kind = LX_FIELD_TEXT,
							.id = lx_text("account"),
							.name = lx_text("account"),
							.label = say(s, "账号", "Account"),
							.autocomplete = lx_text("username") },
		{ .kind = LX_FIELD_PASSWORD,
			.id = lx_text("password"),
			.name = lx_text("password"),
			.label = say(s, "密码", "Password"),
			.autocomplete = lx_text("current-password") },
		{ .kind = LX_FIELD_CODE,
			.id = lx_text("code"),
			.name = lx_text("code"),
			.label = say(s, "动态码", "Code"),
			.hint = say(s, "开通了第二因素才需要。", "Only with a second factor."),
			.optional = true,
			.autocomplete = lx_text("one-time-code") } };
	const struct lx_link_view links[] = { to(say(s, "注册", "Register"), "/register"),
		to(say(s, "忘记密码", "Lost password"), "/lost") };
	const struct lx_entrance_page page = { .frame = frame_of(s, say(s, "登录", "Log in"), NULL),
		.heading = say(s, "登录", "Log in"),
		.intro = say(s, "查阅不需要登录。", "Reading needs no account."),
		.form = { .action = at("/sign-in"),
			.fields = fields,
			.fields_n = 3,
			.submit = say(s, "登录", "Log in") },
		.links = links,
		.links_n = 2,
		.demo = demo_accounts(s) };

	lx_view_entrance(&s->out, &s->view, &page);
	save(s, "sign-in");
}

static void first_link_page(struct sample *s)
{
	const struct lx_field_view fields[] = { { .kind = LX_FIELD_TEXT,
							.id = lx_text("account"),
							.name = lx_text("account"),
							.label = say(s, "账号", "Account"),
							.autocomplete = lx_text("username") },
		{ .kind = LX_FIELD_PASSWORD,
			.id = lx_text("password"),
			.name = lx_text("password"),
			.label = say(s, "密码", "Password"),
			.hint = say(s, "至少 10 个字符。", "At least 10 characters."),
			.autocomplete = lx_text("new-password") } };
	const struct lx_next next[] = { { say(s, "之后", "Then"),
		say(s, "阅读章程草案，代表本市表示同意",
			"read the draft charter and consent for your city") } };
	const struct lx_entrance_page page = { .frame = frame_of(
						       s, say(s, "首次登录", "First link"), NULL),
		.heading = say(
			s, "您被指定为湖州市的管理员", "You are named administrator of Huzhou"),
		.intro = say(s, "此链接只能用一次。设定账号和密码后失效。",
			"This link works once, until you have chosen a password."),
		.form = { .action = at("/first/x"),
			.fields = fields,
			.fields_n = 2,
			.submit = say(s, "开始", "Begin") },
		.next = next,
		.next_n = 1 };

	lx_view_entrance(&s->out, &s->view, &page);
	save(s, "first-link");
}

static void account_page(struct sample *s)
{
	const struct lx_fact facts[] = { fact(s, say(s, "注册", "Registered"),
						 lx_words_str("2026-03-02")),
		fact(s, say(s, "居住地", "Residence"), say(s, "南京，已核实", "Nanjing, verified")),
		fact(s, say(s, "第二因素", "Second factor"), say(s, "未开通", "off")) };
	const struct lx_option languages[] = { { lx_text("zh"), say(s, "中文", "Chinese"), { 0 },
						       true },
		{ lx_text("en"), say(s, "英文", "English"), { 0 }, false } };
	const struct lx_field_view fields[] = { { .kind = LX_FIELD_RADIO,
		.id = lx_text("language"),
		.name = lx_text("language"),
		.label = say(s, "语言", "Language"),
		.options = languages,
		.options_n = 2 } };
	const struct lx_account_form forms[] = { { lx_text("reading"), say(s, "阅读", "Reading"),
		{ 0 },
		{ .action = at("/account"),
			.csrf = lx_text("c"),
			.fields = fields,
			.fields_n = 1,
			.submit = say(s, "保存", "Save") } } };
	struct lx_grid tables[] = { demo_accounts(s) };
	const struct lx_act_view acts[] = { { .label = say(
						      s, "开通第二因素", "Set up a second factor"),
						    .address = at("/account/factor") },
		{ .label = say(s, "退出所有设备", "Log out everywhere"),
			.address = at("/account/out"),
			.posts = true,
			.csrf = lx_text("c") } };

	tables[0].caption = say(s, "我的授权", "My mandates");
	tables[0].unit = (struct lx_words){ 0 };
	const struct lx_account_page page = { .frame = frame_of(
						      s, say(s, "我的账户", "My account"), NULL),
		.heading = say(s, "我的账户", "My account"),
		.name = say(s, "陈某（示例）", "Chen (sample)"),
		.facts = { say(s, "基本情况", "At a glance"), facts, 3 },
		.tables = tables,
		.tables_n = 1,
		.forms = forms,
		.forms_n = 1,
		.acts = acts,
		.acts_n = 2 };
	lx_view_account(&s->out, &s->view, &page);
	save(s, "account");
}

static void problem_pages(struct sample *s)
{
	const struct lx_words relations[] = { say(s, "牵头城市的经办人",
						      "officers of the leading city"),
		say(s, "秘书处", "the secretariat") };
	const struct lx_fact theirs[] = { fact(
		s, say(s, "结论", "Outcome"), say(s, "列入计划", "planned")) },
			     mine[] = { fact(
				     s, say(s, "结论", "Outcome"), say(s, "可以解决", "done")) };
	const struct lx_version_view versions[] = {
		{ say(s, "现在的内容", "As it is now"), say(s, "苏州市 王某", "Wang, Suzhou JS"),
			SAMPLE_NOW, 48213, theirs, 1 },
		{ say(s, "您提交的内容", "What you sent"), { 0 }, 0, 0, mine, 1 }
	};
	struct lx_problem_page page = { .frame = frame_of(
						s, say(s, "不能答复", "You may not answer"), NULL),
		.status = 403,
		.heading = say(s, "您不能答复这件需求", "You may not answer this need"),
		.why = say(s, "答复由牵头城市作出，您的授权属于南京市。",
			"The leading city answers; your mandate is Nanjing's."),
		.saved = say(s, "没有保存任何内容。", "Nothing was saved."),
		.relations = relations,
		.relations_n = 2,
		.sign_in = to(say(s, "换账户登录", "Log in as someone else"), "/sign-in"),
		.back = to(say(s, "返回需求 3817", "Back to need 3817"), "/needs/3817") };

	lx_view_problem(&s->out, &s->view, &page);
	save(s, "problem-403");
	page = (struct lx_problem_page){ .frame = frame_of(
						 s, say(s, "没有找到", "Not found"), NULL),
		.status = 404,
		.heading = say(s, "没有这一页", "There is no such page"),
		.why = say(s, "地址可能写错了，或者记录不公开。",
			"The address may be wrong, or the record is not public."),
		.finds = true };
	lx_view_problem(&s->out, &s->view, &page);
	save(s, "problem-404");
	page = (struct lx_problem_page){ .frame = frame_of(s,
						 say(s, "已被他人更改", "Changed meanwhile"), NULL),
		.status = 409,
		.heading = say(
			s, "您填写期间，别人改了这件需求", "Somebody changed it while you wrote"),
		.why = say(s, "请比较两份内容，再决定是否提交。", "Compare the two, then decide."),
		.saved = say(s, "没有保存。", "Nothing was saved."),
		.versions = versions,
		.versions_n = 2,
		.form = { .action = at("/needs/3817/answer"),
			.submit = say(s, "仍然提交我的", "Submit mine all the same"),
			.away = to(say(s, "保留现在的", "Keep what is there"), "/needs/3817") } };
	lx_view_problem(&s->out, &s->view, &page);
	save(s, "problem-409");
	page = (struct lx_problem_page){ .frame = frame_of(s,
						 say(s, "暂时不能写入", "Not possible now"), NULL),
		.status = 503,
		.heading = say(s, "暂时不能写入", "Writing is not possible now"),
		.why = say(s, "系统正忙。查阅不受影响。", "The system is busy. Reading goes on."),
		.saved = say(s, "没有保存。", "Nothing was saved."),
		.retry = 5,
		.reference = lx_text("7f31") };
	lx_view_problem(&s->out, &s->view, &page);
	save(s, "problem-503");
}

void sample_account(struct sample *s)
{
	sign_in_page(s);
	first_link_page(s);
	s->signed_in = true;
	account_page(s);
	s->signed_in = false;
	problem_pages(s);
}
