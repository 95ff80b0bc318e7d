/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the page of a result says in sentences. */
#include "modules/rounds/result.h"

#include <stdio.h>
#include <string.h>

struct lx_words lx_result_say(const struct lx_result *r, const char *id, const char *const *args)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 1 << 16 };

	lx_say_args(&out, r->reader->request->lang, id, args);
	return lx_words(lx_show_text(r->reader, "%s", lx_buf_failed(&out) ? "" : out.at));
}
#define SAY(r, id, ...) lx_result_say((r), (id), (const char *const[]){ __VA_ARGS__, NULL })

struct lx_text lx_result_money(const struct lx_result *r, int64_t minor, bool whole)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 256 };
	struct lx_view view = lx_show_view(r->reader);
	struct lx_money money = r->unit;
	int64_t unit = 1;

	for (unsigned i = 0; i < money.places; i++)
		unit *= 10;
	money.minor = whole ? (minor + unit / 2) / unit * unit : minor;
	lx_view_money(&out, &view, money);
	return lx_show_text(r->reader, "%s", lx_buf_failed(&out) ? "" : out.at);
}

static struct lx_text amount(const struct lx_result *r, double minor)
{
	return lx_result_money(r, minor <= 0 ? 0 : (int64_t)(minor + 0.5), true);
}

static struct lx_text count(const struct lx_result *r, uint64_t n)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 64 };
	struct lx_view view = lx_show_view(r->reader);

	lx_view_number(&out, &view, (int64_t)n);
	return lx_show_text(r->reader, "%s", lx_buf_failed(&out) ? "" : out.at);
}

struct lx_words lx_result_rule(
	const struct lx_result *r, const char *rule, const char *utility, const char *completion)
{
	char id[96];
	const char *completed = strcmp(completion, "none") == 0 || completion[0] == '\0' ? NULL
				: strstr(completion, ",") == NULL &&
						strncmp(completion, "add1", 4) == 0
					? "result.raised"
					: "result.completed";

	(void)snprintf(id, sizeof id, "result.rule.%s", rule);
	struct lx_words name = lx_words_str(
		lx_has(id) ? lx_tr(r->reader->request->lang, id) : rule);
	if (strcmp(rule, "greedy") == 0 && strcmp(utility, "card") == 0)
		name = lx_words_str(lx_tr(r->reader->request->lang, "result.rule.greedy-card"));
	return completed == NULL ? name : SAY(r, completed, name.text.at);
}

/* The winner to which the loser's supporters paid most; false: to none. */
static bool taker(const struct lx_result *r, const struct lx_tally_loser *lost, size_t *most)
{
	*most = 0;
	for (size_t i = 1; lost->paid != NULL && i < r->report.result.winners_n; i++)
		if (lost->paid[i] > lost->paid[*most])
			*most = i;
	return lost->paid != NULL && r->report.result.winners_n > 0 && lost->paid[*most] > 0;
}

static const char *name_of(const struct lx_result *r, uint16_t project)
{
	return r->projects[project].name.text.at;
}

/* What took its supporters' money. */
static struct lx_words took(const struct lx_result *r, uint16_t project)
{
	const struct lx_tally_loser *lost = r->projects[project].lost;
	size_t most;

	if (r->report.setting.rule != LX_RULE_MES || lost == NULL || lost->had <= 0)
		return r->projects[project].votes == 0 ? SAY(r, "result.nobody", "")
						       : SAY(r, "result.used_up", "");
	double lack = (double)r->report.pb.election.cost[project] - lost->left;
	if (!taker(r, lost, &most))
		return SAY(r, "result.had_too_little", amount(r, lost->had).at, amount(r, lack).at);
	uint16_t by = r->report.result.rounds[most].project;
	return SAY(r, "result.took", amount(r, lost->had).at, amount(r, lost->left).at,
		amount(r, lost->paid[most]).at, name_of(r, by), amount(r, lack).at);
}

/* What would have changed it. */
static struct lx_words changed(const struct lx_result *r, const struct lx_result_project *p)
{
	if (p->lost == NULL)
		return lx_words_str("");
	struct lx_text at = lx_result_money(r, p->lost->wins_at, false),
		       with = count(r, p->lost->wins_with);

	if (p->lost->wins_at > 0 && p->lost->wins_with > 0)
		return SAY(r, "result.wins_both", at.at, with.at);
	if (p->lost->wins_at > 0)
		return SAY(r, "result.wins_at", at.at);
	if (p->lost->wins_with > 0)
		return SAY(r, "result.wins_with", with.at);
	return p->lost->searched ? lx_words_str("") : SAY(r, "result.not_searched", NULL);
}

struct lx_words lx_result_why(const struct lx_result *r, uint16_t project)
{
	if (r->projects[project].struck)
		return lx_words_str(lx_tr(r->reader->request->lang, "result.struck"));
	struct lx_words first = took(r, project), second = changed(r, &r->projects[project]);

	return lx_words(lx_show_text(r->reader, "%s%s%s", first.text.at,
		second.text.len > 0 && r->reader->request->lang == LX_EN ? " " : "",
		second.text.at));
}
