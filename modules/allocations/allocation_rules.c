/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tables of allocations cannot say: which groups may be stated by whom, and what is complete. */
#include "modules/allocations/inner.h"

#include "kernel/journal/journal.h"
#include "kernel/types/effects.h"

#include <string.h>

lx_rule_fn allocation_prepared, allocation_stated, allocation_restated, allocation_unsign,
	allocation_closes, allocation_unshare, allocation_offered;

/* Only a project that was decided is paid for. */
static enum lx_code project_decided(struct lx_case *c)
{
	const struct lx_shape *projects = lx_shape_find(c->view.region, LX_TEXT_OF("project"));
	struct lx_record project;
	struct lx_ref ref;

	if (!lx_ref_read(lx_case_input(c, "project"), &ref))
		return LX_OK;
	LX_TRY(lx_record_load_head(c->work->tx, projects, ref.number, &project));
	if (lx_word_in(project.state, "won running late done"))
		return LX_OK;
	return lx_case_refuse(c, "project", "allocation_undecided");
}

/* Whether the methods asked for weights, and whether every player has one. */
static enum lx_code weights_given(struct lx_case *c)
{
	const json_t *methods = json_object_get(c->input, "method");
	const json_t *players = json_object_get(c->input, "player");
	bool asked = false;

	for (size_t i = 0; i < json_array_size(methods); i++) {
		const char *name = json_string_value(
			json_object_get(json_array_get(methods, i), "method"));
		asked = asked || (name != NULL && strcmp(name, "weighted") == 0);
	}
	for (size_t i = 0; asked && i < json_array_size(players); i++) {
		struct lx_text weight = lx_text(
			json_string_value(json_object_get(json_array_get(players, i), "weight")));
		if (weight.len == 0 || weight.at[0] == '-' || strspn(weight.at, "0.") == weight.len)
			return lx_case_refuse(c, "player", "allocation_weights");
	}
	return LX_OK;
}

enum lx_code allocation_prepared(struct lx_case *c)
{
	size_t n = json_array_size(json_object_get(c->input, "player"));

	/* a correction: the players stay as they are, and everything does once anybody has signed */
	if (c->record->made)
		return lx_text_is(c->record->state, "prepared") &&
				       lx_record_list(c->record, "signature")->n == 0
			       ? LX_OK
			       : lx_case_refuse(c, NULL, "allocation_figures_stand");
	if (n < 2 || n > LX_ALLOCATION_PLAYERS)
		return lx_case_refuse(c, "player", "allocation_players");
	LX_TRY(weights_given(c));
	return project_decided(c);
}

/* The group's name in the one form that is kept, so that no group is stated twice under two names. */
static enum lx_code canonical_name(
	struct lx_case *c, const struct lx_allocation *a, json_t *row, uint32_t *mask)
{
	LX_CLOSE(lx_buf_close) struct lx_buf name = { 0 };

	*mask = lx_allocation_mask(
		a, lx_text(json_string_value(json_object_get(row, "coalition"))));
	if (*mask == 0)
		return lx_case_refuse(c, "worth", "allocation_group");
	if (*mask == (UINT32_C(1) << a->n) - 1)
		return lx_case_refuse(c, "worth", "allocation_group_all");
	lx_allocation_name(a, *mask, &name);
	(void)json_object_set_new(row, "coalition", json_stringn(name.at, name.len));
	return LX_OK;
}

static uint32_t bit_of(const struct lx_allocation *a, struct lx_text member)
{
	for (unsigned i = 0; i < a->n; i++)
		if (lx_text_equal(a->members[i], member))
			return UINT32_C(1) << i;
	return 0;
}

/* What a group would pay apart is stated by one of it, with the assumption it rests on. */
enum lx_code allocation_stated(struct lx_case *c)
{
	json_t *rows = json_object_get(c->input, "worth");
	struct lx_allocation a;

	LX_TRY(lx_allocation_players(c->call, c->record, &a));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);
		uint32_t mask;
		LX_TRY(canonical_name(c, &a, row, &mask));
		if (c->relation != NULL && (mask & bit_of(&a, c->holding.holder)) == 0)
			return lx_case_refuse(c, "worth", "allocation_group_other");
		if (!json_is_string(json_object_get(row, "amount")) ||
			!json_is_string(json_object_get(row, "basis")))
			return lx_case_refuse(c, "worth", "allocation_bare");
	}
	return LX_OK;
}

/* The group stays: another amount or another assumption, not another group. */
enum lx_code allocation_restated(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "worth");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		if (json_object_get(row, "coalition") != NULL ||
			json_object_get(row, "drop") != NULL)
			return lx_case_refuse(c, "worth", "allocation_group_stays");
	}
	return LX_OK;
}

static uint32_t touched(const struct lx_case *c, const struct lx_allocation *a, const json_t *row)
{
	const struct lx_row_list *worths = lx_record_list(c->record, "worth");
	int64_t number = json_integer_value(json_object_get(row, "row"));

	if (number == 0)
		return lx_allocation_mask(
			a, lx_text(json_string_value(json_object_get(row, "coalition"))));
	for (size_t i = 0; i < worths->n; i++)
		if (worths->rows[i].number == number)
			return lx_allocation_mask(
				a, lx_row_value(c->record, "worth", &worths->rows[i], "coalition")
					   .text);
	return 0;
}

/* A figure that changes takes back the signatures of all whose figure it is. */
enum lx_code allocation_unsign(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "worth");
	const struct lx_row_list *signatures = lx_record_list(c->record, "signature");
	struct lx_allocation a;
	uint32_t mask = 0;

	LX_TRY(lx_allocation_players(c->call, c->record, &a));
	for (size_t i = 0; i < json_array_size(rows); i++)
		mask |= touched(c, &a, json_array_get(rows, i));
	for (size_t i = 0; i < signatures->n; i++) {
		const struct lx_row *row = &signatures->rows[i];
		uint32_t bit = bit_of(&a, lx_row_value(c->record, "signature", row, "member").text);
		if ((mask & bit) != 0)
			LX_TRY(lx_effect_add(c, c->open,
				json_pack("[s, s, I, n]", "row", "signature",
					(json_int_t)row->number)));
	}
	return LX_OK;
}

static enum lx_code all_stated(struct lx_case *c, const struct lx_allocation *a)
{
	LX_CLOSE(lx_buf_close) struct lx_buf name = { 0 };
	uint32_t all = (UINT32_C(1) << a->n) - 1;

	for (uint32_t mask = 1; mask < all; mask++) {
		bool single = (mask & (mask - 1)) == 0;
		if (a->known[mask] || (a->parts && !single))
			continue;
		lx_allocation_name(a, mask, &name);
		return lx_fail(c->call, LX_CONFLICT, NULL, "allocation_missing", "%.*s",
			(int)name.len, name.at);
	}
	return LX_OK;
}

/* Every figure is there, and everybody has signed those that are about him. */
enum lx_code allocation_closes(struct lx_case *c)
{
	struct lx_allocation a;

	LX_TRY(lx_allocation_read(c->call, c->record, &a));
	LX_TRY(all_stated(c, &a));
	if (lx_record_list(c->record, "signature")->n < a.n)
		return lx_case_refuse(c, NULL, "allocation_unsigned");
	return LX_OK;
}

/* What was computed from figures that are open again is no result any more. */
enum lx_code allocation_unshare(struct lx_case *c)
{
	const struct lx_row_list *shares = lx_record_list(c->record, "share");

	for (size_t i = 0; i < shares->n; i++)
		LX_TRY(lx_effect_add(c, c->open,
			json_pack("[s, s, I, n]", "row", "share",
				(json_int_t)shares->rows[i].number)));
	return LX_OK;
}

/* Only what was computed can be adopted. */
enum lx_code allocation_offered(struct lx_case *c)
{
	const struct lx_row_list *shares = lx_record_list(c->record, "share");
	struct lx_text method = lx_case_input(c, "adopted");

	for (size_t i = 0; i < shares->n; i++)
		if (lx_text_equal(lx_row_value(c->record, "share", &shares->rows[i], "method").text,
			    method))
			return LX_OK;
	return lx_case_refuse(c, "adopted", "allocation_not_offered");
}

enum lx_code lx_allocation_result_check(struct lx_case *c, const char *field, const json_t *value)
{
	(void)value;
	return lx_case_refuse(c, field, "allocation_by_hand");
}
