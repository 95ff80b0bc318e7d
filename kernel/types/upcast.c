/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Upcasting: the steps of a type, applied to the effects of an entry that was written before them. */
#include "kernel/types/upcast.h"

#include <string.h>

/* The value that decides a split: as this entry sets it, else as the record has it. */
static struct lx_text deciding(
	const json_t *effects, const struct lx_record *record, const char *field)
{
	struct lx_text chosen = lx_record_value(record, field).text;

	for (size_t i = 0; i < json_array_size(effects); i++) {
		const json_t *effect = json_array_get(effects, i);
		const char *name = json_string_value(json_array_get(effect, 1));
		const char *value = json_string_value(json_array_get(effect, 2));
		if (name != NULL && value != NULL && strcmp(name, field) == 0)
			chosen = lx_text(value);
	}
	return chosen;
}

static void split(const struct lx_step *step, const struct lx_record *record, const json_t *effects,
	json_t *effect)
{
	struct lx_text chosen = deciding(effects, record, step->by), rest = lx_text(step->now),
		       pair, from;

	while (lx_text_word(&rest, &pair)) {
		bool any = pair.len > 0 && pair.at[0] == '=';
		if (any)
			pair = (struct lx_text){ pair.at + 1, pair.len - 1 };
		else
			(void)lx_text_split(&pair, '=', &from);
		if (any || lx_text_equal(from, chosen)) {
			(void)json_array_set_new(effect, 2, json_stringn(pair.at, pair.len));
			return;
		}
	}
}

/* One effect, changed as the step says; false: it is dropped. */
static bool step_effect(const struct lx_step *step, const struct lx_record *record,
	const json_t *effects, json_t *effect)
{
	const char *what = json_string_value(json_array_get(effect, 0));
	const char *name = json_string_value(json_array_get(effect, 1));
	const char *value = json_string_value(json_array_get(effect, 2));

	if (what == NULL || name == NULL || (strcmp(what, "set") != 0 && strcmp(what, "term") != 0))
		return true;
	if (step->change == LX_SPLIT) {
		if (strcmp(name, "state") == 0 && value != NULL && strcmp(step->what, value) == 0)
			split(step, record, effects, effect);
		return true;
	}
	if (strcmp(step->what, name) != 0)
		return true;
	if (step->change == LX_RENAMED)
		(void)json_array_set_new(effect, 1, json_string(step->now));
	return step->change != LX_DROPPED;
}

enum lx_code lx_upcast(struct lx_call *call, const struct lx_record *record, const json_t *entry,
	const json_t *part, json_t **effects)
{
	int64_t version = json_integer_value(json_object_get(entry, "v"));
	json_t *list = json_object_get(part, "do");

	if (!json_is_array(list))
		return lx_fail(call, LX_CONFLICT, NULL, "types.entry", "do");
	if (version >= record->shape->version) {
		*effects = json_incref(list);
		return LX_OK;
	}
	json_t *copy = json_deep_copy(list);
	for (const struct lx_step *step = record->shape->type->steps;
		step != NULL && step->version != 0; step++)
		for (size_t i = json_array_size(copy); step->version > version && i-- > 0;)
			if (!step_effect(step, record, copy, json_array_get(copy, i)))
				(void)json_array_remove(copy, i);
	*effects = copy;
	return copy == NULL ? lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL) : LX_OK;
}
