/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /rounds/:n/result: the outcome explained, another rule or budget tried, as page, JSON and separated values. */
#include "modules/rounds/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAY(r, id, ...) lx_result_say((r), (id), (const char *const[]){ __VA_ARGS__, NULL })

/* --- what is shown ---------------------------------------------------------------------------- */

static const struct lx_entrant *entrant_of(
	const struct lx_entrant *entrants, size_t n, struct lx_text code)
{
	for (size_t i = 0; i < n; i++)
		if (lx_text_equal(entrants[i].code, code))
			return &entrants[i];
	return NULL;
}

/* The project's own title where there is one, else that of the ballot, else the code. */
static enum lx_code name_project(
	struct lx_result *r, const struct lx_entrant *e, struct lx_result_project *p)
{
	const struct lx_reader *reader = r->reader;
	struct lx_content content = { 0 };

	if (e->project.len > 0) {
		LX_CLOSE(lx_json_free) json_t *title = NULL;
		LX_TRY(lx_title(&reader->sight, e->project, &title));
		p->name = lx_show_words(reader, title);
		p->link = lx_show_address(reader, e->project);
	}
	if (p->name.text.len == 0 && e->title != 0) {
		enum lx_code code = lx_content_read(reader->tx, e->title, &content);
		if (code != LX_OK && code != LX_NOT_FOUND)
			return code;
		p->name = lx_words(content.bytes);
	}
	if (p->name.text.len == 0)
		p->name = lx_words(e->code);
	p->name.text = lx_show_text(reader, "%.*s", (int)p->name.text.len, p->name.text.at);
	p->outcome = e->outcome;
	p->struck = e->struck;
	return LX_OK;
}

static enum lx_code name_projects(struct lx_result *r)
{
	const struct lx_tally_election *e = &r->report.pb.election;
	struct lx_entrant *entrants;
	size_t n;

	LX_TRY(lx_round_entrants(r->reader->call, r->record, &entrants, &n));
	r->projects = lx_array(r->reader->call, e->projects_n, sizeof *r->projects);
	if (r->projects == NULL)
		return LX_BROKEN;
	for (size_t p = 0; p < e->projects_n; p++) {
		const struct lx_entrant *own = entrant_of(entrants, n, e->id[p]);
		if (own != NULL)
			LX_TRY(name_project(r, own, &r->projects[p]));
		else
			r->projects[p].name = lx_words(e->id[p]);
		r->projects[p].under = lx_words(e->id[p]);
	}
	return LX_OK;
}

static void count_votes(struct lx_result *r)
{
	const struct lx_tally_election *e = &r->report.pb.election;

	for (size_t b = 0; b < e->ballots_n; b++)
		for (uint64_t k = e->first[b]; k < e->first[b + 1]; k++)
			r->projects[e->choice[k]].votes += e->weight[b];
	for (size_t i = 0; i < r->report.result.winners_n; i++)
		r->projects[r->report.result.rounds[i].project].in = true;
	for (size_t i = 0; r->tries && i < r->tried.result.winners_n; i++)
		r->projects[r->tried.result.rounds[i].project].tried = true;
	for (size_t i = 0; i < r->report.losers_n; i++)
		r->projects[r->report.losers[i].project].lost = &r->report.losers[i];
}

/* Nearest to being funded first: by effective support where it is known, else by votes. */
static bool nearer(const struct lx_result *r, uint16_t a, uint16_t b)
{
	int64_t first = r->report.percent == NULL ? 0 : r->report.percent[a];
	int64_t second = r->report.percent == NULL ? 0 : r->report.percent[b];

	if (r->report.setting.rule == LX_RULE_MES && first != second)
		return first > second;
	if (r->projects[a].votes != r->projects[b].votes)
		return r->projects[a].votes > r->projects[b].votes;
	return a < b;
}

static enum lx_code order_projects(struct lx_result *r)
{
	size_t n = r->report.pb.election.projects_n, winners = r->report.result.winners_n;
	size_t at = winners;

	r->order = lx_array(r->reader->call, n, sizeof *r->order);
	if (r->order == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < winners; i++)
		r->order[i] = r->report.result.rounds[i].project;
	for (size_t p = 0; p < n; p++) {
		size_t k = at;
		if (r->projects[p].in)
			continue;
		for (; k > winners && nearer(r, (uint16_t)p, r->order[k - 1]); k--)
			r->order[k] = r->order[k - 1];
		r->order[k] = (uint16_t)p;
		at++;
	}
	return LX_OK;
}

/* Two other rules that are not of this one's kind, beside it in the table of projects. */
static void choose_rivals(struct lx_result *r)
{
	static const char *const wanted[] = { "phragmen", "greedy", "mes" };

	for (size_t w = 0; w < 3; w++)
		for (size_t i = 0; i < r->report.rivals_n; i++) {
			const struct lx_tally_rival *rival = &r->report.rivals[i];
			if (strcmp(rival->rule, wanted[w]) != 0 ||
				strcmp(rival->rule, r->report.rule) == 0 ||
				r->rivals_n == LX_RESULT_RIVALS)
				continue;
			for (size_t k = 0; k < rival->result.winners_n; k++)
				r->projects[rival->result.rounds[k].project].rivals[r->rivals_n] =
					true;
			r->rivals[r->rivals_n++] = rival;
			break;
		}
}

/* --- what is known of it ---------------------------------------------------------------------- */

static enum lx_code load(struct lx_result *r, const char **wrong)
{
	const struct lx_charter *charter = &r->reader->charter;

	LX_TRY(lx_result_decide(r, wrong));
	/* amounts are the election's: whole units where nothing in it is finer */
	r->unit = (struct lx_money){ .places = r->report.pb.election.places };
	memcpy(r->unit.currency, charter->currency, sizeof r->unit.currency);
	LX_TRY(name_projects(r));
	LX_TRY(lx_result_losers(r));
	count_votes(r);
	choose_rivals(r);
	return order_projects(r);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static enum lx_code reply_json(const struct lx_result *r, struct lx_reply *reply)
{
	struct lx_json json = { .out = &reply->body };
	struct lx_call *call = r->reader->call;

	reply->media = "application/json; charset=utf-8";
	lx_json_open(&json, '{');
	lx_json_key(&json, "round");
	lx_json_int(&json, r->record->number);
	lx_json_key(&json, "result");
	lx_json_raw(&json, r->told);
	if (r->tries) {
		uint64_t it, this;
		bool *in = lx_tally_report_funded(call, &r->report, &r->report.result);
		bool *other = lx_tally_report_funded(call, &r->tried, &r->tried.result);
		if (in == NULL || other == NULL)
			return LX_BROKEN;
		lx_tally_prefer(
			&r->report.pb.election, r->report.setting.utility, in, other, &this, &it);
		lx_json_key(&json, "voters_prefer_what_if");
		lx_json_int(&json, (int64_t)it);
		lx_json_key(&json, "voters_prefer_result");
		lx_json_int(&json, (int64_t)this);
		lx_json_key(&json, "what_if");
		LX_TRY(lx_tally_report_json(call, &r->tried, &reply->body));
	}
	lx_json_close(&json, '}');
	return LX_OK;
}

/* --- the page --------------------------------------------------------------------------------- */

static struct lx_text digits(const struct lx_result *r, uint64_t n)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 64 };
	struct lx_view view = lx_show_view(r->reader);

	lx_view_number(&out, &view, (int64_t)n);
	return lx_show_text(r->reader, "%s", lx_buf_failed(&out) ? "" : out.at);
}

static void fill_head(const struct lx_result *r, const json_t *json, struct lx_result_page *page)
{
	const struct lx_tally_result *result = &r->report.result;
	struct lx_words name = lx_show_words(r->reader, json_object_get(json, "names"));
	uint64_t served = result->voters - r->report.served[0];
	struct lx_text share = lx_show_text(r->reader, "%.1f %%",
		result->voters == 0 ? 0.0 : 100.0 * (double)served / (double)result->voters);

	page->above = SAY(r, "result.above", name.text.at);
	page->heading = SAY(r, "result.heading", name.text.at,
		digits(r, r->report.pb.election.projects_n).at, digits(r, result->winners_n).at);
	page->lead = SAY(r, "result.lead", digits(r, result->voters).at,
		lx_result_money(r, r->report.pb.election.budget, false).at,
		lx_result_money(r, result->total_cost, false).at, share.at);
	char id[64];
	(void)snprintf(id, sizeof id, "result.how.%s", r->report.rule);
	if (lx_has(id))
		page->how = lx_words_str(lx_tr(r->reader->request->lang, id));
	lx_frame_fill(r->reader, page->heading, r->record->shape->type->section, r->record->last_n,
		&page->frame);
	lx_frame_crumbs(r->reader, r->record->shape->type, page->above, &page->frame);
	page->frame.exports.json = lx_address_make(
		r->reader->call, "/api/v1/rounds/%lld/result", (long long)r->record->number);
}

typedef bool chosen_fn(const struct lx_result *r, size_t project);

static bool is_struck(const struct lx_result *r, size_t project)
{
	return r->projects[project].struck;
}

static bool is_whole(const struct lx_result *r, size_t project)
{
	return r->whole != NULL && r->whole[project];
}

static bool is_otherwise(const struct lx_result *r, size_t project)
{
	const struct lx_result_project *p = &r->projects[project];

	return p->outcome.len > 0 && p->in != lx_text_is(p->outcome, "won");
}

static bool is_gained(const struct lx_result *r, size_t project)
{
	return r->projects[project].tried && !r->projects[project].in;
}

static bool is_given_up(const struct lx_result *r, size_t project)
{
	return r->projects[project].in && !r->projects[project].tried;
}

/* The projects that are chosen so, by name; NULL: none. */
static const char *names_of(const struct lx_result *r, chosen_fn *chosen)
{
	LX_CLOSE(lx_buf_close) struct lx_buf names = { .limit = 1 << 14 };

	for (size_t i = 0; i < r->report.pb.election.projects_n; i++) {
		if (!chosen(r, r->order[i]))
			continue;
		lx_buf_str(&names, names.len == 0                      ? ""
				   : r->reader->request->lang == LX_ZH ? "、"
								       : ", ");
		lx_buf_text(&names, r->projects[r->order[i]].name.text);
	}
	return names.len == 0 || lx_buf_failed(&names) ? NULL
						       : lx_show_text(r->reader, "%s", names.at).at;
}

static struct lx_words differing(const struct lx_result *r, const char *id, chosen_fn *chosen)
{
	const char *names = names_of(r, chosen);

	return names == NULL ? lx_words_str("") : SAY(r, id, names);
}

/* What was struck, or where the recorded outcome is another than the rule's, the page says first. */
static void fill_note(const struct lx_result *r, struct lx_result_page *page)
{
	const char *struck = names_of(r, is_struck), *whole = names_of(r, is_whole);
	struct lx_words otherwise = differing(r, "result.override_of", is_otherwise);
	enum lx_lang lang = r->reader->request->lang;

	if (struck != NULL)
		page->note = (struct lx_note){ .tone = LX_TONE_WARN,
			.strong = lx_words_str(lx_tr(lang, "result.struck_note")),
			.words = whole == NULL ? SAY(r, "result.struck_of", struck)
					       : SAY(r, "result.struck_whole", struck, whole) };
	else if (otherwise.text.len > 0)
		page->note = (struct lx_note){ .tone = LX_TONE_WARN,
			.strong = lx_words_str(lx_tr(lang, "result.override")),
			.words = otherwise };
}

static enum lx_code fill_trial(const struct lx_result *r, struct lx_result_page *page)
{
	struct lx_result_trial *trial = lx_alloc(r->reader->call, sizeof *trial);
	uint64_t it, this;

	if (trial == NULL)
		return LX_BROKEN;
	page->trial = trial;
	if (r->too_long) {
		trial->none = lx_words_str(lx_tr(r->reader->request->lang, "result.too_long"));
		return LX_OK;
	}
	bool *in = lx_tally_report_funded(r->reader->call, &r->report, &r->report.result);
	bool *other = lx_tally_report_funded(r->reader->call, &r->tried, &r->tried.result);
	if (in == NULL || other == NULL)
		return LX_BROKEN;
	lx_tally_prefer(&r->report.pb.election, r->report.setting.utility, in, other, &this, &it);
	trial->finding = SAY(r, "result.trial",
		lx_result_rule(r, r->tried.rule, r->tried.utility, r->tried.completion).text.at,
		lx_result_money(r, r->tried.pb.election.budget, false).at,
		digits(r, r->tried.result.winners_n).at,
		lx_result_money(r, r->tried.result.total_cost, false).at);
	trial->more = differing(r, "result.trial_more", is_gained);
	trial->less = differing(r, "result.trial_less", is_given_up);
	trial->prefer = SAY(r, "result.trial_prefer", digits(r, it).at, digits(r, this).at);
	if (trial->more.text.len == 0 && trial->less.text.len == 0)
		trial->none = lx_words_str(lx_tr(r->reader->request->lang, "result.trial_same"));
	return LX_OK;
}

static enum lx_code fill_form(const struct lx_result *r, struct lx_result_page *page)
{
	size_t n = 1 + LX_RESULT_PRESETS; /* first: as it is */
	struct lx_result_choice *choices = lx_array(r->reader->call, n, sizeof *choices);
	LX_CLOSE(lx_buf_close) struct lx_buf budget = { .limit = 64 };
	const struct lx_tally_election *e = &r->report.pb.election;

	if (choices == NULL)
		return LX_BROKEN;
	choices[0] = (struct lx_result_choice){ LX_TEXT_OF(""),
		SAY(r, "result.as_it_is",
			lx_result_rule(r, r->report.rule, r->report.utility, r->report.completion)
				.text.at),
		r->preset == NULL };
	for (size_t i = 0; lx_result_presets[i].name != NULL; i++)
		choices[1 + i] = (struct lx_result_choice){ lx_text(lx_result_presets[i].name),
			lx_result_rule(r, lx_result_presets[i].rule,
				lx_result_presets[i].utility == NULL ? r->report.utility
								     : lx_result_presets[i].utility,
				lx_result_presets[i].completion),
			r->preset == lx_result_presets[i].name };
	page->choices = choices;
	page->choices_n = n;
	lx_decimal_write(&budget, (r->tries ? &r->tried.pb.election : e)->budget, e->places);
	page->budget = lx_show_text(r->reader, "%s", lx_buf_failed(&budget) ? "" : budget.at);
	page->currency = lx_words(lx_show_text(r->reader, "%s", r->unit.currency));
	page->action = lx_address_make(
		r->reader->call, "/rounds/%lld/result", (long long)r->record->number);
	return LX_OK;
}

static enum lx_code fill_pages(const struct lx_result *r, struct lx_result_page *page)
{
	size_t all = r->report.pb.election.projects_n, first = (r->page - 1) * LX_RESULT_ROWS;
	size_t n = (all + LX_RESULT_ROWS - 1) / LX_RESULT_ROWS;
	struct lx_page_link *links = lx_array(r->reader->call, n, sizeof *links);

	if (links == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++)
		links[i] = (struct lx_page_link){ (int64_t)i + 1,
			lx_address_make(r->reader->call, "/rounds/%lld/result?page=%zu",
				(long long)r->record->number, i + 1),
			i + 1 == r->page };
	if (n > 1)
		page->pager = (struct lx_pager){ .first = (int64_t)first + 1,
			.last = (int64_t)(all - first < LX_RESULT_ROWS ? all
								       : first + LX_RESULT_ROWS),
			.total = (int64_t)all,
			.pages = links,
			.pages_n = n };
	return LX_OK;
}

/* The command that counts the same from the published ballots. */
static struct lx_text command(const struct lx_result *r)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 1 << 14 };
	const struct lx_tally_report *report = &r->report;

	lx_buf_printf(&out,
		"lianxi tally round-%lld.pb --rule %s --utility %s --completion %s --ties %s",
		(long long)r->record->number, report->rule, report->utility, report->completion,
		report->ties);
	if (report->setting.ties == LX_TIES_LOT)
		lx_buf_printf(&out, " --seed %llu", (unsigned long long)report->setting.seed);
	if (report->setting.threshold > 0)
		lx_buf_printf(&out, " --threshold %lld", (long long)report->setting.threshold);
	for (size_t i = 0; i < report->overrides_n; i++) {
		struct lx_text id = report->pb.election.id[report->overrides[i].project];
		lx_buf_printf(&out, " --refuse '%.*s=%.*s'", (int)id.len, id.at,
			(int)report->overrides[i].reason.len, report->overrides[i].reason.at);
	}
	lx_buf_str(&out, " --explain");
	return lx_show_text(r->reader, "%s", lx_buf_failed(&out) ? "" : out.at);
}

static enum lx_code fill(const struct lx_result *r, const json_t *json, const char *wrong,
	struct lx_result_page *page)
{
	fill_head(r, json, page);
	fill_note(r, page);
	LX_TRY(lx_result_projects(r, &page->projects));
	LX_TRY(fill_pages(r, page));
	LX_TRY(fill_form(r, page));
	if (wrong != NULL)
		page->wrong = lx_words_str(lx_tr(r->reader->request->lang, wrong));
	if (r->tries || r->too_long)
		LX_TRY(fill_trial(r, page));
	LX_TRY(lx_result_rules(r, &page->rules));
	LX_TRY(lx_result_picture(r, &page->picture));
	LX_TRY(lx_result_flows(r, &page->flows));
	const char *urn = json_string_value(json_object_get(json_object_get(json, "urn"), "file"));
	if (urn != NULL)
		page->urn = lx_address_make(r->reader->call, "%s", urn);
	page->csv = lx_address_make(
		r->reader->call, "/rounds/%lld/result.csv", (long long)r->record->number);
	page->command = command(r);
	return LX_OK;
}

static enum lx_code find_page(struct lx_result *r)
{
	const struct lx_text *given = lx_query_param(r->reader->request, "page", 0);
	size_t pages = (r->report.pb.election.projects_n + LX_RESULT_ROWS - 1) / LX_RESULT_ROWS;
	int64_t page = 1;

	if (given != NULL && (!lx_text_int(*given, &page) || page < 1 || (size_t)page > pages))
		return lx_fail(r->reader->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	r->page = (size_t)page;
	return LX_OK;
}

static enum lx_code show(
	struct lx_result *r, const struct lx_record *record, struct lx_reply *reply)
{
	struct lx_view view = lx_show_view(r->reader);
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	struct lx_result_page page = { 0 };
	const char *wrong = NULL;

	LX_TRY(load(r, &wrong));
	LX_TRY(find_page(r));
	if (r->reader->request->media == LX_JSON)
		return reply_json(r, reply);
	if (r->reader->request->media == LX_CSV) {
		reply->media = "text/csv; charset=utf-8; header=present";
		lx_result_flows_csv(r, &reply->body);
		return LX_OK;
	}
	enum lx_code code = lx_reduce(&r->reader->sight, record, LX_ALL_PARTS, &json);
	if (code == LX_NOT_FOUND)
		return lx_fail(r->reader->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	LX_TRY(code);
	LX_TRY(fill(r, json, wrong, &page));
	reply->status = wrong != NULL ? 422 : 0;
	lx_reply_page(reply);
	lx_module_view_result(&reply->body, &view, &page);
	return LX_OK;
}

enum lx_code lx_page_result(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_record record;
	const struct lx_shape *shape;
	int64_t seen;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(lx_route_type(&reader, &shape));
	LX_TRY(lx_route_record(&reader, shape, &record));
	struct lx_result *r = lx_alloc(request->call, sizeof *r);
	if (r == NULL)
		return LX_BROKEN;
	*r = (struct lx_result){ .reader = &reader, .record = &record };
	if (lx_record_value(&record, "result").kind == LX_V_NULL)
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "result.none", NULL);
	LX_TRY(lx_seen_record(&reader, &record, "", &seen));
	if (lx_reply_fresh(request, reply, seen))
		return LX_OK;
	return show(r, &record, reply);
}
