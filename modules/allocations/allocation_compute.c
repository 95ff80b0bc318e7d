/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The shares by every method that was asked for, in whole minor units, each with the certificate of what will be billed. */
#include "modules/allocations/inner.h"

#include "kernel/journal/journal.h"
#include "kernel/types/apply.h"
#include "kernel/types/effects.h"

#include <stdio.h>
#include <string.h>

lx_rule_fn allocation_compute;

/* One allocation being solved. */
struct solving {
	struct lx_call *call;
	struct lx_allocation a;
	struct lx_game game;
	size_t filled;
};

static enum lx_code no_memory(struct lx_call *call)
{
	return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
}

static enum lx_code by_nucleolus(struct solving *s, struct lx_ratios *x)
{
	LX_CLOSE(lx_nucleolus_close) struct lx_nucleolus nucleolus = { 0 };

	LX_TRY(lx_nucleolus(s->call, &s->game, LX_PER_COALITION, true, &nucleolus));
	LX_TRY(lx_ratios_open(s->call, s->a.n, x));
	for (unsigned i = 0; i < s->a.n; i++)
		mpq_set(x->at[i], nucleolus.x.at[i]);
	return LX_OK;
}

static enum lx_code by_shapley(struct solving *s, struct lx_ratios *x)
{
	return lx_shapley(s->call, &s->game, x);
}

static enum lx_code by_separable(struct solving *s, struct lx_ratios *x)
{
	return lx_scrb(s->call, &s->game, NULL, x);
}

static enum lx_code by_proportion(struct solving *s, struct lx_ratios *x)
{
	return lx_proportional(s->call, &s->game, NULL, x);
}

static enum lx_code by_weights(struct solving *s, struct lx_ratios *x)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios weights = { 0 };

	LX_TRY(lx_ratios_open(s->call, s->a.n, &weights));
	for (unsigned i = 0; i < s->a.n; i++)
		mpq_set_si(weights.at[i], s->a.weights[i], 1);
	return lx_proportional(s->call, &s->game, &weights, x);
}

static enum lx_code in_equal_parts(struct solving *s, struct lx_ratios *x)
{
	return lx_equal(s->call, &s->game, x);
}

static const struct {
	const char *name;
	enum lx_code (*solve)(struct solving *s, struct lx_ratios *x);
} methods[] = {
	{ "nucleolus", by_nucleolus },
	{ "shapley", by_shapley },
	{ "separable", by_separable },
	{ "proportional", by_proportion },
	{ "weighted", by_weights },
	{ "equal", in_equal_parts },
};

static json_t *ratio_json(mpq_srcptr ratio)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	lx_ratio_write(&out, ratio);
	return json_stringn(out.at, out.len);
}

static json_t *ratios_json(const struct lx_ratios *x)
{
	json_t *list = json_array();

	for (size_t i = 0; i < x->n; i++)
		(void)json_array_append_new(list, ratio_json(x->at[i]));
	return list;
}

static json_t *minor_json(int64_t minor)
{
	return json_sprintf("%lld", (long long)minor);
}

static json_t *coalition_json(const struct lx_allocation *a, uint32_t mask)
{
	LX_CLOSE(lx_buf_close) struct lx_buf name = { 0 };

	lx_allocation_name(a, mask, &name);
	return json_stringn(name.at, name.len);
}

/* The certificate of what is billed: rounding to minor units can make an objection, so it is asked of the rounded amounts. */
static enum lx_code put_certificate(struct solving *s, const int64_t *amounts, json_t *out)
{
	LX_CLOSE(lx_certificate_close) struct lx_certificate certificate = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios x = { 0 };
	json_t *tightest = json_array();

	(void)json_object_set_new(out, "tightest", tightest);
	LX_TRY(lx_ratios_open(s->call, s->a.n, &x));
	for (unsigned i = 0; i < s->a.n; i++)
		mpq_set_si(x.at[i], amounts[i], 1);
	LX_TRY(lx_certificate(s->call, &s->game, &x, &certificate));
	(void)json_object_set_new(out, "gains", ratios_json(&certificate.gains));
	(void)json_object_set_new(
		out, "objecting", json_integer((json_int_t)certificate.objecting));
	(void)json_object_set_new(out, "core", json_boolean(certificate.in_core));
	for (size_t i = 0; i < certificate.tightest_n; i++)
		(void)json_array_append_new(
			tightest, json_pack("{s:o, s:o}", "coalition",
					  coalition_json(&s->a, certificate.tightest[i].coalition),
					  "excess", ratio_json(certificate.tightest[i].excess)));
	return LX_OK;
}

static enum lx_code put_shares(struct solving *s, const struct lx_ratios *x, json_t *out)
{
	int64_t amounts[LX_ALLOCATION_PLAYERS] = { 0 };
	json_t *list = json_array();
	mpq_t unit;

	mpq_init(unit);
	mpq_set_si(unit, 1, 1);
	enum lx_code code = lx_round_shares(s->call, x, unit, amounts);
	mpq_clear(unit);
	(void)json_object_set_new(out, "exact", ratios_json(x));
	(void)json_object_set_new(out, "amounts", list);
	for (unsigned i = 0; i < s->a.n; i++)
		(void)json_array_append_new(list, minor_json(amounts[i]));
	LX_TRY(code);
	return put_certificate(s, amounts, out);
}

/* A method that has no answer for these figures says why, and is not offered; that memory ended or a proof failed is no answer. */
static enum lx_code put_method(struct solving *s, const char *name, json_t *list)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios x = { 0 };
	json_t *out = json_pack("{s:s}", "method", name);
	size_t i = 0;

	if (json_array_append_new(list, out) != 0)
		return no_memory(s->call);
	while (strcmp(methods[i].name, name) != 0)
		i++;
	enum lx_code code = methods[i].solve(s, &x);
	if (code == LX_INVALID || code == LX_CONFLICT) {
		(void)json_object_set_new(out, "error", json_string(s->call->fault.msgid));
		lx_fault_clear(&s->call->fault);
		return LX_OK;
	}
	LX_TRY(code);
	return put_shares(s, &x, out);
}

/* Groups that nobody stated are filled in where that was agreed; then the game is whole. */
static enum lx_code make_game(struct solving *s, const struct lx_record *record)
{
	LX_TRY(lx_allocation_read(s->call, record, &s->a));
	LX_TRY(lx_allocation_whole(s->call, &s->a, &s->filled));
	s->game =
		(struct lx_game){ .n = s->a.n, .cost = s->a.cost, .worth = s->a.worth, .scale = 1 };
	return LX_OK;
}

/* Groups that would do worse together than in two parts: legal, and said. */
static enum lx_code put_violation(struct solving *s, json_t *report)
{
	struct lx_violations violations;

	LX_TRY(lx_superadditivity(s->call, &s->game, 1, &violations));
	(void)json_object_set_new(report, "apart", json_integer((json_int_t)violations.count));
	if (violations.count > 0)
		(void)json_object_set_new(report, "apart_first",
			json_pack("[o, o]", coalition_json(&s->a, violations.pairs[0][0]),
				coalition_json(&s->a, violations.pairs[0][1])));
	return LX_OK;
}

static json_t *head(const struct solving *s)
{
	json_t *players = json_array(), *alone = json_array();

	for (unsigned i = 0; i < s->a.n; i++) {
		(void)json_array_append_new(
			players, json_stringn(s->a.members[i].at, s->a.members[i].len));
		(void)json_array_append_new(alone, minor_json(s->a.worth[(size_t)1 << i]));
	}
	return json_pack("{s:i, s:s, s:o, s:o, s:o, s:I, s:I}", "version", LX_SHARES_VERSION, "of",
		s->a.cost ? "cost" : "benefit", "players", players, "alone", alone, "total",
		minor_json(s->a.worth[((size_t)1 << s->a.n) - 1]), "stated",
		(json_int_t)s->a.stated, "filled", (json_int_t)s->filled);
}

enum lx_code lx_allocation_solve(
	struct lx_call *call, const struct lx_record *record, json_t **report)
{
	const struct lx_row_list *asked = lx_record_list(record, "method");
	struct solving s = { .call = call };
	json_t *list = json_array();

	LX_TRY(make_game(&s, record));
	LX_CLOSE(lx_json_free) json_t *out = head(&s);
	if (out == NULL || json_object_set_new(out, "methods", list) != 0)
		return no_memory(call);
	LX_TRY(put_violation(&s, out));
	for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++)
		for (size_t i = 0; i < asked->n; i++)
			if (lx_text_is(
				    lx_row_value(record, "method", &asked->rows[i], "method").text,
				    methods[m].name))
				LX_TRY(put_method(&s, methods[m].name, list));
	*report = json_incref(out);
	return LX_OK;
}

/* The report as a content that the entry binds. */
static enum lx_code set_report(struct lx_case *c, const json_t *report)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { .limit = 1 << 20 };
	char commitment[LX_HASH_TEXT], ref[48];
	int64_t n;

	LX_TRY(lx_json_canonical(&out, report, &c->call->fault));
	LX_TRY(lx_content_put(c->work->tx, c->work->edge, lx_buf_view(&out), "", "application/json",
		&n, commitment));
	(void)snprintf(ref, sizeof ref, "content/%lld", (long long)n);
	if (json_object_set_new(c->bound, ref, json_string(commitment)) != 0)
		return no_memory(c->call);
	return lx_case_set(c, "report", json_string(ref));
}

/* One row a member and method: what bills and agreements are made of. */
static enum lx_code add_shares(
	struct lx_case *c, const json_t *players, const json_t *method, json_t *cells)
{
	const json_t *amounts = json_object_get(method, "amounts");

	for (size_t i = 0; i < json_array_size(amounts); i++)
		if (json_array_append_new(
			    cells, json_pack("[O, i, O, O]", json_object_get(method, "method"),
					   LX_SHARES_VERSION, json_array_get(players, i),
					   json_array_get(amounts, i))) != 0)
			return no_memory(c->call);
	return LX_OK;
}

enum lx_code allocation_compute(struct lx_case *c)
{
	int list = lx_rows_find(c->record->shape->type, LX_TEXT_OF("share"));
	LX_CLOSE(lx_json_free) json_t *report = NULL;
	LX_CLOSE(lx_json_free) json_t *cells = json_array();
	size_t i;
	json_t *method;

	LX_TRY(lx_allocation_solve(c->call, c->record, &report));
	json_array_foreach(json_object_get(report, "methods"), i, method)
		LX_TRY(add_shares(c, json_object_get(report, "players"), method, cells));
	LX_TRY(set_report(c, report));
	return lx_effect_add(c, c->open,
		json_pack("[s, s, [s, s, s, s], I, O]", "rows", "share", "method", "version",
			"member", "amount", (json_int_t)c->record->given[list] + 1, cells));
}

/* Bills are made of the rows: they must be what the report says. */
static bool rows_as_told(const struct lx_record *record, const json_t *report)
{
	const struct lx_row_list *rows = lx_record_list(record, "share");
	const json_t *list = json_object_get(report, "methods");
	size_t at = 0;

	for (size_t m = 0; m < json_array_size(list); m++) {
		const json_t *method = json_array_get(list, m);
		const json_t *amounts = json_object_get(method, "amounts");
		const char *name = json_string_value(json_object_get(method, "method"));
		for (size_t i = 0; i < json_array_size(amounts); i++, at++) {
			int64_t amount;
			const struct lx_row *row = at < rows->n ? &rows->rows[at] : NULL;
			if (row == NULL ||
				!lx_text_int(lx_text(json_string_value(json_array_get(amounts, i))),
					&amount) ||
				lx_row_value(record, "share", row, "amount").number != amount ||
				!lx_text_is(
					lx_row_value(record, "share", row, "method").text, name))
				return false;
		}
	}
	return at == rows->n;
}

enum lx_code lx_allocation_recount(struct lx_tx *tx, const struct lx_region *region,
	const struct lx_record *record, bool *told)
{
	struct lx_value kept = lx_record_value(record, "report");
	struct lx_call *call = lx_tx_call(tx);
	LX_CLOSE(lx_json_free) json_t *again = NULL;
	struct lx_content content;
	(void)region;

	*told = false;
	if (kept.kind != LX_V_INT)
		return LX_OK;
	LX_TRY(lx_content_read(tx, kept.number, &content));
	if (content.gone != 0)
		return LX_OK;
	LX_CLOSE(lx_json_free)
	json_t *report = json_loadb(content.bytes.at, content.bytes.len, 0, NULL);
	*told = true;
	if (json_integer_value(json_object_get(report, "version")) != LX_SHARES_VERSION)
		return lx_fail(call, LX_CONFLICT, NULL, "allocation_version", "allocation/%lld",
			(long long)record->number);
	LX_TRY(lx_allocation_solve(call, record, &again));
	if (json_equal(report, again) && rows_as_told(record, report))
		return LX_OK;
	return lx_fail(call, LX_CONFLICT, NULL, "allocation_recount_differs", "allocation/%lld",
		(long long)record->number);
}
