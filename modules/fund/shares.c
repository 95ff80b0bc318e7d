/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who contributes how much: by the charter's formula, or by an allocation that was adopted. */
#include "modules/fund/shares.h"

#include "engines/shares/shares.h"
#include "kernel/types/reduce.h"
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

/* Whole minor units of exact shares, and the claims they would be posted to. */
static enum lx_code whole_shares(const struct lx_sight *sight, const struct lx_ratios *exact,
	struct lx_fund_share *made, size_t n)
{
	struct lx_call *call = lx_tx_call(sight->tx);
	LX_CLOSE(lx_ratios_close) struct lx_ratios unit = { 0 };
	int64_t *units = lx_array(call, n, sizeof *units);

	if (units == NULL)
		return LX_BROKEN;
	LX_TRY(lx_ratios_open(call, 1, &unit));
	mpq_set_ui(unit.at[0], 1, 1);
	LX_TRY(lx_round_shares(call, exact, unit.at[0], units));
	for (size_t i = 0; i < n; i++) {
		made[i].amount = units[i];
		LX_TRY(claim_of(sight, &made[i]));
	}
	return LX_OK;
}

static enum lx_code by_formula(
	const struct lx_sight *sight, int64_t total, struct lx_fund_share **shares, size_t *n)
{
	LX_CLOSE(lx_ratios_close) struct lx_ratios exact = { 0 };
	struct members members = { .n = 0 };

	LX_TRY(load_members(sight, &members));
	LX_TRY(exact_shares(sight, &members, total, &exact));
	*shares = lx_array(lx_tx_call(sight->tx), members.n, sizeof **shares);
	if (*shares == NULL)
		return LX_BROKEN;
	*n = members.n;
	for (size_t i = 0; i < members.n; i++)
		(*shares)[i].member = members.records[i].number;
	return whole_shares(sight, &exact, *shares, members.n);
}

/* --- by an allocation ------------------------------------------------------------------------- */

static enum lx_code load_seen(
	const struct lx_sight *sight, const struct lx_ref *ref, struct lx_record *record, bool *may)
{
	enum lx_code code = lx_record_load(
		sight->tx, lx_shape_find(sight->region, ref->type), ref->number, record);

	*may = false;
	if (code == LX_NOT_FOUND) {
		lx_fault_clear(&lx_tx_call(sight->tx)->fault);
		return LX_OK;
	}
	LX_TRY(code);
	return lx_may_read(sight, record, may);
}

/* The allocation that a basis is, or that the agreement it is (an article of) names; *found false: neither. */
static enum lx_code find_allocation(const struct lx_sight *sight, struct lx_text basis,
	struct lx_record *allocation, bool *found)
{
	struct lx_record agreement;
	struct lx_ref ref;

	*found = false;
	if (!lx_ref_read(basis, &ref))
		return LX_OK;
	if (lx_text_is(ref.type, "agreement")) {
		LX_TRY(load_seen(sight, &ref, &agreement, found));
		if (!*found)
			return LX_OK;
		*found = lx_ref_read(lx_record_value(&agreement, "allocation").text, &ref);
	} else {
		*found = lx_text_is(ref.type, "allocation");
	}
	return *found ? load_seen(sight, &ref, allocation, found) : LX_OK;
}

static enum lx_code none_adopted(const struct lx_sight *sight)
{
	return lx_fail(lx_tx_call(sight->tx), LX_CONFLICT, "basis", "fund_no_shares", NULL);
}

/* The adopted shares as they stand in the record, amounts in minor units. */
static enum lx_code adopted_shares(const struct lx_sight *sight, const struct lx_record *allocation,
	struct lx_fund_share *made, size_t *n)
{
	const struct lx_type *type = allocation->shape->type;
	int list = lx_rows_find(type, LX_TEXT_OF("share"));
	const struct lx_field *fields = type->rows[list].fields;
	int method = lx_field_find(fields, LX_TEXT_OF("method")),
	    member = lx_field_find(fields, LX_TEXT_OF("member")),
	    amount = lx_field_find(fields, LX_TEXT_OF("amount"));
	struct lx_text adopted = lx_record_value(allocation, "adopted").text;
	struct lx_ref ref;

	*n = 0;
	if (!lx_text_is(allocation->state, "adopted") ||
		!lx_text_is(lx_record_value(allocation, "of").text, "cost"))
		return none_adopted(sight);
	for (size_t i = 0; i < allocation->lists[list].n; i++) {
		const struct lx_value *values = allocation->lists[list].rows[i].values;
		if (!lx_text_equal(values[method].text, adopted) ||
			!lx_ref_read(values[member].text, &ref))
			continue;
		if (values[amount].number < 0)
			return none_adopted(sight); /* who is to receive is not called */
		made[(*n)++] = (struct lx_fund_share){ ref.number, 0, values[amount].number };
	}
	return *n > 0 ? LX_OK : none_adopted(sight);
}

/* The total in the proportion of what was adopted: all of it, or an instalment. */
static enum lx_code by_allocation(const struct lx_sight *sight, const struct lx_record *allocation,
	int64_t total, struct lx_fund_share **shares, size_t *n)
{
	int list = lx_rows_find(allocation->shape->type, LX_TEXT_OF("share"));
	struct lx_call *call = lx_tx_call(sight->tx);
	LX_CLOSE(lx_ratios_close) struct lx_ratios exact = { 0 };
	LX_CLOSE(lx_ratios_close) struct lx_ratios sum = { 0 };

	*shares = lx_array(call, allocation->lists[list].n, sizeof **shares);
	if (*shares == NULL)
		return LX_BROKEN;
	LX_TRY(adopted_shares(sight, allocation, *shares, n));
	LX_TRY(lx_ratios_open(call, *n, &exact));
	LX_TRY(lx_ratios_open(call, 2, &sum));
	for (size_t i = 0; i < *n; i++) {
		mpq_set_si(exact.at[i], (*shares)[i].amount, 1);
		mpq_add(sum.at[0], sum.at[0], exact.at[i]);
	}
	if (mpq_sgn(sum.at[0]) == 0)
		return none_adopted(sight);
	mpq_set_si(sum.at[1], total, 1);
	mpq_div(sum.at[0], sum.at[1], sum.at[0]);
	for (size_t i = 0; i < *n; i++)
		mpq_mul(exact.at[i], exact.at[i], sum.at[0]);
	return whole_shares(sight, &exact, *shares, *n);
}

enum lx_code lx_fund_shares(const struct lx_sight *sight, struct lx_text basis, int64_t total,
	struct lx_fund_share **shares, size_t *n)
{
	struct lx_record allocation;
	bool found;

	LX_TRY(find_allocation(sight, basis, &allocation, &found));
	return found ? by_allocation(sight, &allocation, total, shares, n)
		     : by_formula(sight, total, shares, n);
}
