/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Guards of projects. */
#include "modules/projects/projects.h"

#include "modules/organisations/organisations.h"

#include <string.h>

lx_rule_fn project_proposed, project_revised, project_opinion_positive, project_opinion_negative,
	project_adds_up, project_only_reaches, project_all_reached;

/* What a milestone costs: as the input would have it, else as it is. */
static int64_t amount_after(const struct lx_case *c, const struct lx_row *row, int amount)
{
	const json_t *sent = json_object_get(c->input, "milestone");

	for (size_t i = 0; i < json_array_size(sent); i++) {
		const json_t *each = json_array_get(sent, i);
		const json_t *value = json_object_get(each, "amount");
		int64_t number = 0;
		if (json_integer_value(json_object_get(each, "row")) != row->number)
			continue;
		if (json_is_true(json_object_get(each, "drop")) || json_is_null(value))
			return 0;
		if (value != NULL)
			return lx_text_int(lx_text(json_string_value(value)), &number) ? number : 0;
	}
	return row->values[amount].number;
}

/* *total of all milestones as they would be after the act; false when it cannot be counted. */
static bool milestones_total(const struct lx_case *c, int64_t *total)
{
	const struct lx_type *type = c->record->shape->type;
	const json_t *sent = json_object_get(c->input, "milestone");
	int list = lx_rows_find(type, LX_TEXT_OF("milestone"));
	int amount = lx_field_find(type->rows[list].fields, LX_TEXT_OF("amount"));
	bool fits = true;

	*total = 0;
	for (size_t i = 0; i < c->record->lists[list].n; i++)
		fits = fits &&
		       !__builtin_add_overflow(*total,
			       amount_after(c, &c->record->lists[list].rows[i], amount), total);
	for (size_t i = 0; i < json_array_size(sent); i++) {
		const json_t *row = json_array_get(sent, i);
		const char *text = json_string_value(json_object_get(row, "amount"));
		int64_t number = 0;
		if (json_object_get(row, "row") == NULL && text != NULL &&
			lx_text_int(lx_text(text), &number))
			fits = fits && !__builtin_add_overflow(*total, number, total);
	}
	return fits;
}

/* Milestones together do not cost more than the project. */
enum lx_code project_adds_up(struct lx_case *c)
{
	struct lx_text sent = lx_case_input(c, "cost");
	int64_t cost = lx_record_value(c->record, "cost").number, total;

	if (sent.len > 0 && !lx_text_int(sent, &cost))
		return lx_case_refuse(c, "cost", "project_milestones_cost");
	return milestones_total(c, &total) && total <= cost
		       ? LX_OK
		       : lx_case_refuse(c, "milestone", "project_milestones_cost");
}

/* In an organisation's name only its stewards propose, and only while it is accredited. */
enum lx_code project_proposed(struct lx_case *c)
{
	struct lx_text bearer = lx_case_input(c, "bearer");

	if (bearer.len > 0 && (c->relation == NULL || strcmp(c->relation->name, "steward") != 0))
		return lx_case_refuse(c, "bearer", "project_bearer");
	LX_TRY(lx_organisation_may_speak(c, "bearer", bearer));
	return project_adds_up(c);
}

/* Who proposed it changes the proposal, not what others have said or decided about it. */
enum lx_code project_revised(struct lx_case *c)
{
	static const char *const others[] = { "opinion", "assessor", "begins", "bearer" };

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (json_object_get(c->input, others[i]) != NULL)
			return lx_case_refuse(c, others[i], "project_not_yours");
	return project_adds_up(c);
}

/* An opinion is given in one's own body's name: the body asked, or the secretariat. */
static enum lx_code opinion_is_own(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "opinion");
	bool expert = c->relation != NULL && strcmp(c->relation->name, "expert") == 0;
	struct lx_text own = expert ? lx_record_value(c->record, "assessor").text
				    : c->holding.holder;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *body = json_string_value(
			json_object_get(json_array_get(rows, i), "body"));
		if (body == NULL || !lx_text_is(own, body))
			return lx_case_refuse(c, "opinion", "project_opinion_own");
	}
	return LX_OK;
}

static enum lx_code opinion_fits(struct lx_case *c, bool positive)
{
	const json_t *rows = json_object_get(c->input, "opinion");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *finding = json_string_value(json_object_get(row, "finding"));
		if (json_object_get(row, "text") == NULL)
			return lx_case_refuse(c, "opinion", "project_opinion_reasons");
		if (finding == NULL || (strcmp(finding, "unfeasible") == 0) == positive)
			return lx_case_refuse(c, "opinion", "project_opinion_fits");
	}
	return opinion_is_own(c);
}

/* A project is found feasible by opinions that say so, with their reasons. */
enum lx_code project_opinion_positive(struct lx_case *c)
{
	return opinion_fits(c, true);
}

/* And refused by opinions that find it unfeasible. */
enum lx_code project_opinion_negative(struct lx_case *c)
{
	return opinion_fits(c, false);
}

/* Reaching a milestone says so and by what it is proved; its plan is changed by replanning, with consent. */
enum lx_code project_only_reaches(struct lx_case *c)
{
	const json_t *rows = json_object_get(c->input, "milestone");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *key;
		json_t *value;
		json_object_foreach(json_array_get(rows, i), key, value)
		{
			if (!lx_word_in(lx_text(key), "row reached proof file"))
				return lx_case_refuse(c, "milestone", "project_only_reaches");
		}
	}
	return LX_OK;
}

/* Finished with a milestone not reached: only with a public reason. */
enum lx_code project_all_reached(struct lx_case *c)
{
	const struct lx_type *type = c->record->shape->type;
	int list = lx_rows_find(type, LX_TEXT_OF("milestone"));
	int reached = lx_field_find(type->rows[list].fields, LX_TEXT_OF("reached"));

	if (json_object_get(c->input, "reason") != NULL)
		return LX_OK;
	for (size_t i = 0; i < c->record->lists[list].n; i++)
		if (!lx_text_is(c->record->lists[list].rows[i].values[reached].text, "yes"))
			return lx_case_refuse(c, "reason", "project_all_reached");
	return LX_OK;
}
