/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * lianxi import pabulib FILE.pb: a real election becomes a round, entered by the mandate that runs the import, with the days of the
 * election: the round and its entrants, the ballots and those who cast them, the result by a rule, and what the city decided. One
 * transaction holds all of it. What the file says about single voters is not taken over, only their ballots.
 */
#include "base/decimal.h"
#include "cli/import.h"
#include "cli/result.h"
#include "engines/tally/report.h"
#include "modules/rounds/rounds.h"

#include <stdio.h>
#include <string.h>

#define NAME_MOST   120 /* characters of the round's name, and of a title, as the type has them */
#define TITLE_MOST  200
#define TEXT_MOST   20000
#define REASON_MOST 3900
#define STEPS       5

struct pabulib {
	struct lx_import *import;
	struct lx_pb pb;
	struct lx_tally_report report;
	struct lx_buf urn, result, decided; /* what acts are given beside their input */
	char counting[96], digest[LX_HASH_TEXT];
	char begins[16], ends[16];
	bool says; /* the file tells what the city funded */
	int64_t round;
	bool before; /* it had been imported already */
};

static void pabulib_end(struct pabulib *p)
{
	lx_buf_close(&p->urn);
	lx_buf_close(&p->result);
	lx_buf_close(&p->decided);
}

static struct lx_call *call_of(const struct pabulib *p)
{
	return &p->import->cli->call;
}

/* --- places in the file ----------------------------------------------------------------------- */

/* The line of the META key (`project` < 0) or of a project, and the column of what is named; 0 where there is none. */
static void find_place(
	const struct pabulib *p, const char *name, int64_t project, int64_t *line, int64_t *column)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = 64 << 20 };
	struct lx_call own = { .arena = &arena };
	struct lx_csv csv = { .text = p->import->text, .separator = ';' };
	struct lx_csv_field fields[LX_PB_COLUMNS_MAX];
	int64_t row = -2; /* of the projects: header -1, the first 0 */
	size_t n, at = 0;
	bool projects = false;

	*line = *column = 0;
	while (lx_csv_row(&own, &csv, fields, LX_PB_COLUMNS_MAX, &n) == LX_OK && n > 0) {
		struct lx_text first = lx_text_trim(fields[0].text);
		if (n == 1 && first.len == 0)
			continue;
		if (lx_text_is(first, "VOTES") && n == 1)
			return;
		projects = projects || (lx_text_is(first, "PROJECTS") && n == 1);
		row += projects;
		if (!projects && project < 0 && lx_text_is(first, name) && n > 1) {
			*line = csv.line;
			*column = fields[1].column;
			return;
		}
		for (size_t i = 0; row == 0 && projects && i < n; i++)
			if (lx_text_is(lx_text_trim(fields[i].text), name))
				at = i;
		if (projects && project >= 0 && row == project + 1) {
			*line = csv.line;
			*column = at < n ? fields[at].column : 1;
			return;
		}
	}
}

/* A fault of an act names a field: "entrant.3.price" lies in the fourth project's cost, "budget" in the META. */
static enum lx_code place_fault(const struct pabulib *p, enum lx_code code)
{
	static const char *const columns[][2] = { { "code", "project_id" }, { "price", "cost" },
		{ "title", "name" } };
	struct lx_fault *fault = &call_of(p)->fault;
	const char *name = strcmp(fault->field, "names") == 0 ? "description" : fault->field;
	long long project = -1;
	char part[24] = "";

	if (sscanf(fault->field, "entrant.%lld.%23s", &project, part) == 2)
		for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
			if (strcmp(part, columns[i][0]) == 0)
				name = columns[i][1];
	if (fault->line == 0)
		find_place(p, name, project, &fault->line, &fault->column);
	lx_cli_in(p->import->cli, p->import->path);
	return code;
}

static enum lx_code meta_fault(
	struct pabulib *p, const char *key, const char *msgid, const char *detail)
{
	return place_fault(p, lx_fail(call_of(p), LX_INVALID, key, msgid, "%s", detail));
}

/* --- what the file says ------------------------------------------------------------------------ */

/* "13.09.2024", or a year alone: its first or last day. */
static void read_day(struct lx_text text, bool last, char day[16])
{
	char copy[16];
	int d, m, y;
	int64_t number;

	day[0] = '\0';
	if (text.len >= sizeof copy)
		return;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	if (sscanf(copy, "%2d.%2d.%4d", &d, &m, &y) == 3)
		(void)snprintf(day, 16, "%04d-%02d-%02d", y % 10000, m % 100, d % 100);
	else if (sscanf(copy, "%4d", &y) == 1)
		(void)snprintf(day, 16, "%04d-%s", y % 10000, last ? "12-31" : "01-01");
	if (day[0] != '\0' && !lx_day_read(lx_text(day), &number))
		day[0] = '\0';
}

/* Rule and completion by which the file's own rule is counted; NULL: it names none that we have. */
static const char *rule_of(struct lx_text named, const char **completion)
{
	static const char *const known[][3] = { { "greedy", "greedy", "none" },
		{ "greedy-no-skip", "greedy-no-skip", "none" },
		{ "greedy-threshold", "greedy-threshold", "none" },
		{ "greedy-custom", "greedy-no-skip", "none" },
		{ "equalshares/add1", "mes", "add1" },
		{ "equalshares/add1-comparison", "mes", "add1x,comparison" } };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (lx_text_is(named, known[i][0])) {
			*completion = known[i][2];
			return known[i][1];
		}
	return NULL;
}

static enum lx_code read_counting(struct pabulib *p)
{
	const struct lx_cli *cli = p->import->cli;
	struct lx_text named = lx_pb_meta(&p->pb, "rule");
	const char *completion = "none", *given = lx_option(cli, "rule");
	const char *rule = given != NULL ? given : rule_of(named, &completion);
	char word[64];

	(void)snprintf(word, sizeof word, "%.*s", (int)(named.len < 60 ? named.len : 60), named.at);
	if (rule == NULL)
		return meta_fault(p, "rule", "import.pb_rule", word);
	if (lx_option(cli, "completion") != NULL)
		completion = lx_option(cli, "completion");
	p->report.rule = rule;
	p->report.completion = completion;
	p->report.utility = lx_option(cli, "utility") == NULL ? "cost" : lx_option(cli, "utility");
	p->report.ties = "id";
	LX_TRY(lx_tally_report_words(call_of(p), &p->report));
	(void)snprintf(p->counting, sizeof p->counting, "%s:%s:%s:%s", rule, p->report.utility,
		completion, p->report.ties);
	return LX_OK;
}

static enum lx_code check_currency(struct pabulib *p)
{
	if (lx_text_is(p->pb.currency, p->import->currency) ||
		lx_option(p->import->cli, "any-currency") != NULL)
		return LX_OK;
	return meta_fault(p, "currency", "import.currency", p->import->currency);
}

/* Counts from the file as it will be laid down. */
static enum lx_code decide(struct pabulib *p)
{
	struct lx_pb given = p->pb;

	LX_TRY(lx_pb_write_plain(call_of(p), &given, &p->urn));
	LX_TRY(lx_pb_read(call_of(p), lx_buf_view(&p->urn), &p->report.pb));
	p->report.path = "urn.pb";
	p->report.explained = true;
	p->report.searched = true;
	p->report.search_most = LX_TALLY_SEARCH_WORK;
	if (p->report.setting.rule == LX_RULE_THRESHOLD)
		p->report.setting.threshold = p->report.pb.threshold;
	LX_TRY(lx_tally_report_decide(call_of(p), &p->report));
	return lx_round_result_json(call_of(p), &p->report, &p->result);
}

static enum lx_code read_file(struct pabulib *p)
{
	struct lx_import *import = p->import;

	LX_TRY(lx_cli_read(import->cli, import->path, &import->text));
	enum lx_code code = lx_pb_read(call_of(p), import->text, &p->pb);
	if (code != LX_OK)
		return place_fault(p, code);
	lx_hash_text(import->text, p->digest);
	read_day(lx_pb_meta(&p->pb, "date_begin"), false, p->begins);
	read_day(lx_pb_meta(&p->pb, "date_end"), true, p->ends);
	for (size_t i = 0; i < p->pb.project_columns_n; i++)
		p->says = p->says || lx_text_is(p->pb.project_columns[i], "selected");
	LX_TRY(check_currency(p));
	return read_counting(p);
}

/* --- inputs of the acts ------------------------------------------------------------------------ */

static json_t *cut(struct lx_text text, size_t characters)
{
	size_t at = 0, n = 0;

	while (at < text.len && n++ < characters)
		(void)lx_utf8_next(text.at, text.len, &at);
	if (at == text.len)
		return json_stringn(text.at, text.len);
	return json_sprintf("%.*s…", (int)at, text.at);
}

static json_t *names_of(const struct pabulib *p)
{
	LX_CLOSE(lx_buf_close) struct lx_buf name = { 0 };

	lx_buf_text(&name, lx_pb_meta(&p->pb, "description"));
	struct lx_text instance = lx_pb_meta(&p->pb, "instance");
	if (instance.len > 0)
		lx_buf_printf(
			&name, "%s%.*s", name.len > 0 ? ", " : "", (int)instance.len, instance.at);
	if (name.len == 0)
		lx_buf_str(&name, "Pabulib");
	json_t *short_name = cut(lx_buf_view(&name), NAME_MOST - 1);
	json_t *names = json_pack("{s:O, s:O}", "zh", short_name, "en", short_name);
	json_decref(short_name);
	return names;
}

/* The META as it stands, a line each: whatever it says of the election stays to be read. */
static json_t *text_of(const struct pabulib *p)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	for (size_t i = 0; i < p->pb.meta_n; i++)
		lx_buf_printf(&text, "%.*s: %.*s\n\n", (int)p->pb.meta[i][0].len,
			p->pb.meta[i][0].at, (int)p->pb.meta[i][1].len, p->pb.meta[i][1].at);
	return cut(lx_buf_view(&text), TEXT_MOST - 1);
}

static json_t *money_of(const struct pabulib *p, int64_t amount)
{
	LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };

	lx_decimal_write(&text, amount, p->pb.election.places);
	return json_stringn(text.at, text.len);
}

static json_t *entrants_of(const struct pabulib *p)
{
	const struct lx_tally_election *e = &p->pb.election;
	json_t *entrants = json_array();

	for (size_t i = 0; i < e->projects_n; i++) {
		struct lx_text name = lx_text_trim(lx_pb_cell(&p->pb, i, "name"));
		json_t *entrant = json_pack("{s:s%, s:o}", "code", e->id[i].at, e->id[i].len,
			"price", money_of(p, e->cost[i]));
		if (lx_utf8_count(name) >= 2)
			(void)json_object_set_new(entrant, "title", cut(name, TITLE_MOST - 1));
		(void)json_array_append_new(entrants, entrant);
	}
	return entrants;
}

static json_t *input_of_bring(const struct pabulib *p)
{
	json_t *input = json_pack("{s:o, s:o, s:s, s:o, s:o}", "names", names_of(p), "text",
		text_of(p), "counting", p->counting, "budget", money_of(p, p->pb.election.budget),
		"entrant", entrants_of(p));

	if (p->report.setting.rule == LX_RULE_THRESHOLD)
		(void)json_object_set_new(
			input, "threshold", json_integer(p->report.setting.threshold));
	if (p->begins[0] != '\0')
		(void)json_object_set_new(input, "on", json_string(p->begins));
	return input;
}

static bool chosen_by_city(const struct pabulib *p, size_t project)
{
	return lx_text_is(lx_text_trim(lx_pb_cell(&p->pb, project, "selected")), "1");
}

static void add_name(struct lx_buf *names, struct lx_text id)
{
	if (names->len > REASON_MOST / 4)
		return;
	lx_buf_str(names, names->len == 0 ? "" : ", ");
	lx_buf_text(names, id);
}

/* Why the outcome is not the rule's: what differs, and what the file itself says about it. NULL where nothing differs. */
static json_t *override_of(const struct pabulib *p)
{
	LX_CLOSE(lx_buf_close) struct lx_buf more = { 0 }, less = { 0 }, reason = { 0 };
	struct lx_text comment = lx_pb_meta(&p->pb, "comment"), rule = lx_pb_meta(&p->pb, "rule");
	LX_CLOSE(lx_buf_close) struct lx_buf named = { 0 };
	bool *in = lx_tally_report_funded(call_of(p), &p->report, &p->report.result);

	for (size_t i = 0; in != NULL && i < p->pb.election.projects_n; i++)
		if (chosen_by_city(p, i) != in[i])
			add_name(chosen_by_city(p, i) ? &more : &less, p->pb.election.id[i]);
	if (more.len == 0 && less.len == 0)
		return NULL;
	lx_buf_text(&named, rule);
	lx_say(&reason, p->import->cli->lang, "import.pb_override", p->counting,
		more.len == 0 ? "—" : more.at, less.len == 0 ? "—" : less.at,
		named.len == 0 ? "—" : named.at);
	if (comment.len > 0)
		lx_buf_printf(&reason, "\n\n%.*s", (int)comment.len, comment.at);
	return cut(lx_buf_view(&reason), REASON_MOST);
}

static json_t *input_of_outcome(const struct pabulib *p)
{
	json_t *input = json_object(), *reason = p->says ? override_of(p) : NULL;

	if (reason != NULL)
		(void)json_object_set_new(input, "reason", reason);
	if (p->ends[0] != '\0')
		(void)json_object_set_new(input, "on", json_string(p->ends));
	return input;
}

/* What the city funded, as a list of codes; nothing where the file does not say. */
static enum lx_code write_decided(struct pabulib *p)
{
	LX_CLOSE(lx_json_free) json_t *codes = json_array();

	if (!p->says)
		return LX_OK;
	for (size_t i = 0; i < p->pb.election.projects_n; i++)
		if (chosen_by_city(p, i))
			(void)json_array_append_new(codes,
				json_stringn(p->pb.election.id[i].at, p->pb.election.id[i].len));
	return lx_json_canonical(&p->decided, codes, &call_of(p)->fault);
}

/* --- entering ---------------------------------------------------------------------------------- */

static enum lx_code enter(struct lx_work *work, struct pabulib *p, const char *act, json_t *owned,
	const struct lx_buf *aside, struct lx_text key)
{
	LX_CLOSE(lx_json_free) json_t *input = owned;
	struct lx_import *import = p->import;
	struct lx_order order = { .type = "round",
		.record = p->round,
		.act = act,
		.input = input,
		.lang = import->cli->lang == LX_ZH ? "zh-CN" : "en",
		.person = import->person,
		.mandate = import->mandate,
		.key = key,
		.import = import->number > 0 ? import->number : work->edge->size + 1 };

	if (aside != NULL)
		order.aside = lx_buf_view(aside);
	LX_TRY(lx_order_job(work, &order));
	p->round = order.made_record;
	p->before = order.again;
	if (import->number == 0)
		import->number = order.entry;
	return LX_OK;
}

static enum lx_code pabulib_job(struct lx_work *work, void *argument)
{
	struct pabulib *p = argument;
	struct lx_call *call = lx_tx_call(work->tx);
	struct lx_text none = { "", 0 };
	char key[LX_ORDER_KEY_MAX];

	(void)snprintf(key, sizeof key, "import/pabulib/%s/%s", p->counting, p->digest);
	LX_TRY(enter(work, p, "bring", input_of_bring(p), NULL, lx_text(key)));
	if (p->before)
		return LX_OK;
	LX_TRY(lx_step(call, 2, STEPS));
	LX_TRY(enter(work, p, "lay", json_pack("{s:I}", "roll_size", (json_int_t)p->pb.votes_n),
		&p->urn, none));
	LX_TRY(lx_step(call, 3, STEPS));
	LX_TRY(enter(work, p, "tell",
		json_pack("{s:s, s:i}", "method", p->report.rule, "version", LX_TALLY_VERSION),
		&p->result, none));
	LX_TRY(lx_step(call, 4, STEPS));
	return enter(work, p, "import", input_of_outcome(p), &p->decided, none);
}

static void tell(const struct pabulib *p)
{
	struct lx_cli *cli = p->import->cli;
	char round[24], number[24], projects[24];

	(void)snprintf(round, sizeof round, "%lld", (long long)p->round);
	(void)snprintf(number, sizeof number, "%lld", (long long)p->import->number);
	(void)snprintf(projects, sizeof projects, "%zu", p->pb.election.projects_n);
	lx_fact_number(cli, "import", p->import->number);
	lx_fact_number(cli, "round", p->round);
	lx_fact(cli, "before", json_boolean(p->before));
	if (p->before)
		lx_tell(cli, "import.pb_before", round);
	else
		lx_tell(cli, "import.pb_done", round, projects, number);
	if (!p->before && !lx_tells_json(cli)) {
		lx_say_count(&cli->out, cli->lang, "import.pb_votes", (int64_t)p->pb.votes_n);
		lx_buf_char(&cli->out, '\n');
	}
}

static enum lx_code run(struct pabulib *p)
{
	struct lx_call *call = call_of(p);

	LX_TRY(lx_import_actor(p->import));
	LX_TRY(read_file(p));
	call->progress = lx_cli_progress(p->import->cli, "import.progress");
	LX_TRY(lx_step(call, 0, STEPS));
	LX_TRY(decide(p));
	LX_TRY(write_decided(p));
	LX_TRY(lx_step(call, 1, STEPS));
	enum lx_code code = lx_writer_submit(p->import->opened->writer, call, pabulib_job, p);
	if (code != LX_OK)
		return place_fault(p, code);
	lx_cli_progress_end(p->import->cli);
	tell(p);
	return LX_OK;
}

enum lx_code lx_import_pabulib(struct lx_import *import)
{
	LX_CLOSE(pabulib_end) struct pabulib p = { .import = import };

	return run(&p);
}
