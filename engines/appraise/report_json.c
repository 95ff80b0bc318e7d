/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The report as one JSON object: findings by key, remarks as sentences, the version of the methods. NaN
 * is null. */
#include "engines/appraise/inner.h"

#include "base/json.h"

#include <math.h>
#include <string.h>

static void number(struct lx_json *json, double x, bool whole)
{
	if (whole && isfinite(x) && x == floor(x))
		lx_json_int(json, (int64_t)x);
	else
		lx_json_real(json, x);
}

static void list(struct lx_json *json, const struct lx_appraise_finding *f, size_t from, size_t n)
{
	lx_json_open(json, '[');
	for (size_t i = 0; i < n; i++)
		number(json, f->at[from + i], f->whole);
	lx_json_close(json, ']');
}

/* A key that is not zero-terminated. */
static void text_key(struct lx_call *call, struct lx_json *json, struct lx_text name)
{
	const char *copy = lx_arena_copy(call->arena, name.at, name.len);

	lx_json_key(json, copy == NULL ? "" : copy);
}

static void links(struct lx_call *call, struct lx_json *json, const struct lx_appraise_finding *f)
{
	lx_json_open(json, '[');
	for (size_t i = 0; i < f->rows; i++) {
		lx_json_open(json, '{');
		for (size_t k = f->links->first[i]; k < f->links->first[i + 1]; k++) {
			text_key(call, json, f->names[f->links->unit[k]]);
			lx_json_real(json, f->links->multiplier[k]);
		}
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void swaps(struct lx_json *json, const struct lx_appraise_finding *f)
{
	lx_json_open(json, '[');
	for (size_t i = 0; i < f->rows; i++) {
		const struct lx_weight_swap *s = &f->swaps[i];
		lx_json_open(json, '{');
		lx_json_key(json, "above");
		lx_json_text(json, f->names[s->above]);
		lx_json_key(json, "below");
		lx_json_text(json, f->names[s->below]);
		lx_json_key(json, "margin");
		lx_json_real(json, s->margin);
		lx_json_key(json, "column");
		if (s->column == NOWHERE)
			lx_json_null(json);
		else
			lx_json_text(json, f->across[s->column]);
		lx_json_key(json, "weight_from");
		lx_json_real(json, s->weight_from);
		lx_json_key(json, "weight_to");
		lx_json_real(json, s->weight_to);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void words(struct lx_json *json, const struct lx_appraise_finding *f)
{
	lx_json_open(json, '[');
	for (size_t i = 0; i < f->rows; i++)
		lx_json_str(json, f->words[i]);
	lx_json_close(json, ']');
}

static void table(struct lx_json *json, const struct lx_appraise_finding *f)
{
	lx_json_open(json, '[');
	for (size_t r = 0; r < f->rows; r++) {
		if (f->shape == LX_SHAPE_LINES) {
			lx_json_open(json, '{');
			lx_json_key(json, f->label);
		}
		list(json, f, r * f->columns, f->columns);
		if (f->shape == LX_SHAPE_LINES)
			lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void finding(struct lx_call *call, struct lx_json *json, const struct lx_appraise_finding *f)
{
	lx_json_key(json, f->key);
	switch (f->shape) {
	case LX_SHAPE_NUMBER:
		number(json, f->at[0], f->whole);
		break;
	case LX_SHAPE_ROWS:
		list(json, f, 0, f->rows);
		break;
	case LX_SHAPE_TABLE:
	case LX_SHAPE_LINES:
		table(json, f);
		break;
	case LX_SHAPE_WORDS:
		words(json, f);
		break;
	case LX_SHAPE_LINKS:
		links(call, json, f);
		break;
	case LX_SHAPE_SWAPS:
		swaps(json, f);
		break;
	}
}

static void remarks(
	struct lx_json *json, enum lx_lang lang, const struct lx_appraise_report *report)
{
	lx_json_key(json, "remarks");
	lx_json_open(json, '[');
	for (size_t s = 0; s < report->sections; s++)
		for (size_t i = 0; i < report->section[s].remarks; i++) {
			LX_CLOSE(lx_buf_close) struct lx_buf text = { 0 };
			lx_appraise_say(&text, lang, &report->section[s].remark[i]);
			lx_json_text(json, lx_buf_view(&text));
		}
	lx_json_close(json, ']');
}

void lx_appraise_say(struct lx_buf *out, enum lx_lang lang, const struct lx_appraise_remark *remark)
{
	if (remark->field != NULL)
		lx_buf_printf(out, "%s: ", remark->field);
	lx_say_args(out, lang, remark->msgid, remark->arg);
}

enum lx_code lx_appraise_json(struct lx_call *call, struct lx_buf *out, enum lx_lang lang,
	const struct lx_appraise_report *report)
{
	struct lx_json json = { .out = out, .indent = 0 };

	lx_json_open(&json, '{');
	for (size_t s = 0; s < report->sections; s++)
		for (size_t i = 0; i < report->section[s].findings; i++)
			finding(call, &json, &report->section[s].finding[i]);
	remarks(&json, lang, report);
	lx_json_key(&json, "version");
	lx_json_int(&json, LX_APPRAISE_VERSION);
	lx_json_close(&json, '}');
	lx_buf_char(out, '\n');
	if (lx_buf_failed(out))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return call->fault.code;
}
