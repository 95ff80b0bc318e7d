/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The charter's formula for contributions. */
#include "modules/fund/shares.h"

#include "engines/shares/shares.h"
#include "modules/fund/fund_queries.h"

#include <stdio.h>
#include <string.h>

#define FORMULA      "fund.call"
#define MEMBERS_MOST 2000

struct members {
	struct lx_record *records;
	size_t n;
};

static enum lx_code load_members(const struct lx_sight *sight, struct members *members)
{
	const struct lx_shape *shape = lx_shape_find(sight->region, LX_TEXT_OF("member"));
	struct lx_call *call = lx_tx_call(sight->tx);
	int64_t last;

	LX_TRY(lx_record_last(sight->tx, shape, &last));
	if (last > MEMBERS_MOST)
		return lx_fail(call, LX_CONFLICT, NULL, "fund_no_formula", NULL);
	members->records = lx_array(call, (size_t)last, sizeof *members->records);
	if (members->records == NULL)
		return LX_BROKEN;
	for (int64_t i = 1; i <= last; i++) {
		struct lx_record *record = &members->records[members->n];
		enum lx_code code = lx_record_load(sight->tx, shape, i, record);
		if (code == LX_NOT_FOUND)
			continue;
		LX_TRY(code);
		members->n += lx_text_is(record->state, "member") &&
			      lx_text_is(lx_record_value(record, "part").text, "full");
	}
	return LX_OK;
}

/* The newest figure of a member that is there; -1: none. */
static int64_t newest(const struct lx_record *member, const char *name)
{
	int list = lx_rows_find(member->shape->type, LX_TEXT_OF("figure"));
	const struct lx_field *fields = member->shape->type->rows[list].fields;
	int year = lx_field_find(fields, LX_TEXT_OF("year")),
	    figure = lx_field_find(fields, lx_text(name));
	int64_t latest = INT64_MIN, value = -1;

	for (size_t i = 0; i < member->lists[list].n; i++) {
		const struct lx_value *values = member->lists[list].rows[i].values;
		if (values[figure].kind != LX_V_INT || values[year].number < latest)
			continue;
		latest = values[year].number;
		value = values[figure].number;
	}
	return value;
}

static int64_t weight_of(const struct lx_record *member, struct lx_text by)
{
	if (lx_text_is(by, "equal"))
		return 1;
	if (lx_text_is(by, "weight"))
		return lx_record_value(member, "weight").number;
	return newest(member, lx_text_is(by, "product") ? "product" : "population");
}

/* Adds one row of the formula: `part` of the total in proportion to its weights. */
static enum lx_code add_part(const struct lx_sight *sight, const struct members *members,
	struct lx_text by, mpq_srcptr part, struct lx_ratios *shares)
{
	struct lx_call *call = lx_tx_call(sight->tx);
	LX_CLOSE(lx_ratios_close) struct lx_ratios scratch = { 0 };

	LX_TRY(lx_ratios_open(call, 2, &scratch));
	for (size_t i = 0; i < members->n; i++) {
		int64_t weight = weight_of(&members->records[i], by);
		if (weight < 0)
			return lx_fail(call, LX_CONFLICT, NULL, "fund_no_figure", "%lld",
				(long long)members->records[i].number);
		mpq_set_si(scratch.at[1], weight, 1);
		mpq_add(scratch.at[0], scratch.at[0], scratch.at[1]);
	}
	if (mpq_sgn(scratch.at[0]) == 0)
		return lx_fail(call, LX_CONFLICT, NULL, "fund_no_formula", NULL);
	for (size_t i = 0; i < members->n; i++) {
		mpq_set_si(scratch.at[1], weight_of(&members->records[i], by), 1);
		mpq_div(scratch.at[1], scratch.at[1], scratch.at[0]);
		mpq_mul(scratch.at[1], scratch.at[1], part);
		mpq_add(shares->at[i], shares->at[i], scratch.at[1]);
	}
	return LX_OK;
}

static int64_t parts_of(const struct lx_charter *charter)
{
	const struct lx_row *row;
	int64_t parts = 0;
	size_t at = 0;

	while ((row = lx_charter_row(charter, "formula", LX_TEXT_OF(FORMULA), &at)) != NULL)
		parts += lx_charter_cell(charter, "formula", row, "parts").number;
	return parts;
}

static enum lx_code exact_shares(const struct lx_sight *sight, const struct members *members,
	int64_t total, struct lx_ratios *shares)
{
	struct lx_call *call = lx_tx_call(sight->tx);
	LX_CLOSE(lx_ratios_close) struct lx_ratios part = { 0 };
	int64_t parts = parts_of(sight->charter);
	const struct lx_row *row;
	size_t at = 0;

	if (parts == 0 || members->n == 0)
		return lx_fail(call, LX_CONFLICT, NULL, "fund_no_formula", NULL);
	LX_TRY(lx_ratios_open(call, members->n, shares));
	LX_TRY(lx_ratios_open(call, 2, &part));
	mpq_set_si(part.at[1], total, 1);
	while ((row = lx_charter_row(sight->charter, "formula", LX_TEXT_OF(FORMULA), &at)) !=
		NULL) {
		int64_t own = lx_charter_cell(sight->charter, "formula", row, "parts").number;
		mpq_set_si(part.at[0], own, (unsigned long)parts);
		mpq_canonicalize(part.at[0]);
		mpq_mul(part.at[0], part.at[0], part.at[1]);
		LX_TRY(add_part(sight, members,
			lx_charter_cell(sight->charter, "formula", row, "by").text, part.at[0],
			shares));
	}
	return LX_OK;
}

static enum lx_code claim_of(const struct lx_sight *sight, struct lx_fund_share *share)
{
	struct lx_value claim;
	char ref[48];

	(void)snprintf(ref, sizeof ref, "member/%lld", (long long)share->member);
	enum lx_code code = lx_one(
		sight->tx, &lx_q_fund_claim, (struct lx_value[]){ LX_S(ref) }, &claim);
	share->claim = code == LX_OK ? claim.number : 0;
	return code == LX_NOT_FOUND ? LX_OK : code;
}

enum lx_code lx_fund_shares(
	const struct lx_sight *sight, int64_t total, struct lx_fund_share **shares, size_t *n)
{
	struct lx_call *call = lx_tx_call(sight->tx);
	LX_CLOSE(lx_ratios_close) struct lx_ratios exact = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios unit = { 0 };
	struct members members = { .n = 0 };

	LX_TRY(load_members(sight, &members));
	LX_TRY(exact_shares(sight, &members, total, &exact));
	LX_TRY(lx_ratios_open(call, 1, &unit));
	mpq_set_ui(unit.at[0], 1, 1);
	int64_t *units = lx_array(call, members.n, sizeof *units);
	struct lx_fund_share *made = lx_array(call, members.n, sizeof *made);
	if (units == NULL || made == NULL)
		return LX_BROKEN;
	LX_TRY(lx_round_shares(call, &exact, unit.at[0], units));
	for (size_t i = 0; i < members.n; i++) {
		made[i] = (struct lx_fund_share){ members.records[i].number, 0, units[i] };
		LX_TRY(claim_of(sight, &made[i]));
	}
	*shares = made;
	*n = members.n;
	return LX_OK;
}
