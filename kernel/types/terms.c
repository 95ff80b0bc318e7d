/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What an act does to the record's terms: started, moved, resting, running again, over. */
#include "kernel/types/effects.h"

#include <string.h>

enum lx_code lx_effect_term(
	struct lx_case *c, size_t term, enum lx_stage stage, int64_t moment, int64_t warn)
{
	const char *field = c->record->shape->type->terms[term].field;
	json_t *effect = json_pack("[s, s, s]", "term", field, lx_stage_names[stage]);

	if (effect == NULL)
		return lx_fail(c->call, LX_BROKEN, NULL, "base.memory", NULL);
	(void)json_array_append_new(effect, moment == 0 ? json_null() : json_integer(moment));
	if (warn != 0)
		(void)json_array_append_new(effect, json_integer(warn));
	return lx_effect_add(c, c->open, effect);
}

/* The code that chooses among the charter's terms of one name: the record's first field of the kind. */
static struct lx_text code_of(const struct lx_case *c)
{
	const struct lx_field *fields = c->record->shape->type->fields;

	for (size_t i = 0; i < c->record->shape->fields_n; i++) {
		const char *sent = json_string_value(json_object_get(c->input, fields[i].name));
		if (fields[i].kind == LX_CODE)
			return sent != NULL ? lx_text(sent) : c->record->values[i].text;
	}
	return LX_TEXT_OF("");
}

static const json_t *given_moment(const struct lx_case *c, const struct lx_term *term)
{
	const json_t *value = json_object_get(c->input, term->field);

	return json_is_integer(value) ? value : NULL;
}

static int64_t day_moment(const struct lx_case *c, const struct lx_term *term, struct lx_text text)
{
	int64_t day;

	if (text.len == 0 || !lx_day_read(text, &day))
		return 0;
	return lx_day_begin(term->morning ? day : day + 1, c->view.charter->offset);
}

/* A given day (LX_DATE) as a moment; 0 when none was given. */
static int64_t given_day(const struct lx_case *c, const struct lx_term *term)
{
	const char *text = json_string_value(json_object_get(c->input, term->field));

	return day_moment(c, term, lx_text(text));
}

/* The day that an earlier act gave for a term that only starts now. */
static int64_t stored_day(const struct lx_case *c, const struct lx_term *term)
{
	const struct lx_type *type = c->record->shape->type;
	int field = lx_field_find(type->fields, lx_text(term->field));

	if (term->length != NULL || field < 0 || type->fields[field].kind != LX_DATE ||
		c->record->values[field].kind == LX_V_NULL)
		return 0;
	return day_moment(c, term, c->record->values[field].text);
}

/* What an earlier act gave, before the term was started. */
static int64_t kept_moment(const struct lx_case *c, const struct lx_term *term)
{
	int field = lx_field_find(c->record->shape->type->fields, lx_text(term->field));

	return c->record->shape->type->fields[field].kind == LX_MOMENT &&
			       c->record->terms[lx_term_find(c->record->shape->type,
							lx_text(term->field))]
					       .stage == LX_STAGE_NONE
		       ? c->record->values[field].number
		       : 0;
}

static enum lx_code set_day(struct lx_case *c, const struct lx_term *term)
{
	const struct lx_type *type = c->record->shape->type;
	int field = lx_field_find(type->fields, lx_text(term->field));
	json_t *value = json_object_get(c->input, term->field);

	if (field < 0 || type->fields[field].kind != LX_DATE || value == NULL)
		return LX_OK;
	return lx_effect_set(c, &type->fields[field], json_incref(value));
}

static enum lx_code start(struct lx_case *c, size_t i)
{
	const struct lx_term *term = &c->record->shape->type->terms[i];
	const json_t *moment = given_moment(c, term);
	struct lx_length length = { 0 };
	int64_t end = 0, day = given_day(c, term);
	bool has_length = term->length != NULL &&
			  lx_charter_term(c->view.charter, term->length, code_of(c), &length);

	LX_TRY(set_day(c, term));
	if (moment != NULL)
		end = json_integer_value(moment);
	else if (day != 0)
		end = day;
	else if (json_object_get(c->input, term->field) == NULL && stored_day(c, term) != 0)
		end = stored_day(c, term);
	else if (has_length)
		end = lx_charter_end(c->view.charter, length, c->work->now);
	else
		end = kept_moment(c, term);
	if (end == 0)
		return LX_OK; /* the day was not given, or the charter sets no such term */
	return lx_effect_term(c, i, LX_STAGE_RUNS, end,
		has_length ? lx_charter_warn(c->view.charter, length, end) : 0);
}

/* What is left when a term is suspended: working days for terms in working days, else milliseconds. */
static int64_t remainder_of(const struct lx_case *c, const struct lx_length *length, int64_t moment)
{
	int offset = c->view.charter->offset;

	if (length->unit != 'w')
		return moment > c->work->now ? moment - c->work->now : 1;
	int64_t days = lx_working_days_between(&c->view.charter->calendar,
		lx_day_at(c->work->now, offset), lx_day_at(moment - 1, offset));
	return (days > 0 ? days : 0) * LX_DAY_MS + 1;
}

static enum lx_code resume(struct lx_case *c, size_t i)
{
	const struct lx_term *term = &c->record->shape->type->terms[i];
	const struct lx_charter *charter = c->view.charter;
	struct lx_length length = { .unit = 'h' };
	int64_t left = c->record->terms[i].moment, end = c->work->now + left;

	if (term->length != NULL && lx_charter_term(charter, term->length, code_of(c), &length) &&
		length.unit == 'w') {
		struct lx_length rest = { left / LX_DAY_MS, length.soon, 'w' };
		end = lx_charter_end(charter, rest, c->work->now);
	}
	return lx_effect_term(c, i, LX_STAGE_RUNS, end, lx_charter_warn(charter, length, end));
}

static enum lx_code rest(struct lx_case *c, size_t i)
{
	const struct lx_term *term = &c->record->shape->type->terms[i];
	struct lx_length length = { .unit = 'h' };

	if (term->length != NULL)
		(void)lx_charter_term(c->view.charter, term->length, code_of(c), &length);
	return lx_effect_term(
		c, i, LX_STAGE_RESTS, remainder_of(c, &length, c->record->terms[i].moment), 0);
}

static bool ticking(enum lx_stage stage)
{
	return stage == LX_STAGE_RUNS || stage == LX_STAGE_SOON || stage == LX_STAGE_LATE;
}

/* The clock's own act for this term: it is late while the record stays where it runs, else over. */
static bool passes(const struct lx_case *c, const struct lx_term *term)
{
	return c->view.actor->kind == LX_BY_CLOCK && !c->view.actor->cause &&
	       strcmp(c->act->name, term->then) == 0;
}

static enum lx_code follow_state(struct lx_case *c, size_t i)
{
	const struct lx_term *term = &c->record->shape->type->terms[i];
	const struct lx_term_now *now = &c->record->terms[i];
	struct lx_text after = lx_state_after(c);
	bool runs = lx_word_in(after, term->runs);

	if (ticking(now->stage) && passes(c, term) && now->moment <= c->work->now)
		return lx_effect_term(c, i, runs ? LX_STAGE_LATE : LX_STAGE_OVER, now->moment, 0);
	if (ticking(now->stage) && !runs)
		return lx_word_in(after, term->rests) && now->stage != LX_STAGE_LATE
			       ? rest(c, i)
			       : lx_effect_term(c, i, LX_STAGE_OVER,
					 now->stage == LX_STAGE_LATE || now->moment > 0
						 ? now->moment
						 : 0,
					 0);
	if (now->stage == LX_STAGE_RESTS && runs)
		return resume(c, i);
	if (now->stage == LX_STAGE_RESTS && !lx_word_in(after, term->rests))
		return lx_effect_term(c, i, LX_STAGE_OVER, 0, 0);
	/* input that names a running term's day moves it */
	if (runs && (given_moment(c, term) != NULL || given_day(c, term) != 0))
		return start(c, i);
	return LX_OK;
}

enum lx_code lx_effects_of_terms(struct lx_case *c)
{
	const struct lx_type *type = c->record->shape->type;

	for (size_t i = 0; i < c->record->shape->terms_n; i++) {
		bool starts = lx_word_in(lx_text(type->terms[i].field), c->act->starts);
		if (!starts && !lx_word_in(lx_state_after(c), type->terms[i].runs))
			LX_TRY(set_day(
				c, &type->terms[i])); /* a day given before the term starts */
		LX_TRY(starts ? start(c, i) : follow_state(c, i));
	}
	return LX_OK;
}
