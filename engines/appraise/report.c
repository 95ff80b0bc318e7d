/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Runs the methods asked for and gathers what they found, section by section. */
#include "engines/appraise/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define METHODS_MAX 16 /* of one kind; the same one twice counts twice */

/* ---- Adding ---- */

void lx_report_add(struct report_builder *b, struct lx_appraise_finding finding)
{
	if (b->section->findings == FINDINGS_MAX)
		return;
	if (finding.label == NULL)
		finding.label = finding.key;
	b->section->finding[b->section->findings++] = finding;
}

void lx_report_number(struct report_builder *b, const char *key, double number)
{
	double *at = lx_doubles(b->call, 1);

	if (at == NULL)
		return;
	*at = number;
	lx_report_add(
		b, (struct lx_appraise_finding){ .key = key, .shape = LX_SHAPE_NUMBER, .at = at });
}

void lx_report_rows(struct report_builder *b, const char *key, size_t n,
	const struct lx_text *names, const double *at)
{
	lx_report_add(b,
		(struct lx_appraise_finding){
			.key = key, .shape = LX_SHAPE_ROWS, .rows = n, .at = at, .names = names });
}

void lx_report_ranks(struct report_builder *b, const char *key, size_t n,
	const struct lx_text *names, const size_t *rank)
{
	double *at = lx_doubles(b->call, n);

	if (at == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		at[i] = (double)rank[i];
	lx_report_add(b, (struct lx_appraise_finding){ .key = key,
				 .shape = LX_SHAPE_ROWS,
				 .whole = true,
				 .rows = n,
				 .at = at,
				 .names = names });
}

void lx_report_words(struct report_builder *b, const char *key, size_t n,
	const struct lx_text *names, const char *const *words)
{
	lx_report_add(b, (struct lx_appraise_finding){ .key = key,
				 .shape = LX_SHAPE_WORDS,
				 .rows = n,
				 .words = words,
				 .names = names });
}

void lx_report_table(struct report_builder *b, const char *key, struct lx_grid table)
{
	lx_report_add(b, (struct lx_appraise_finding){ .key = key,
				 .shape = LX_SHAPE_TABLE,
				 .rows = table.rows,
				 .columns = table.columns,
				 .at = table.at,
				 .names = table.row_names,
				 .across = table.column_names });
}

void lx_report_remark_list(struct report_builder *b, const char *const *list)
{
	if (b->section->remarks == REMARKS_MAX)
		return;
	struct lx_appraise_remark *remark = &b->section->remark[b->section->remarks++];
	remark->msgid = list[0];
	for (size_t i = 0; i < LX_REMARK_ARGS && list[i + 1] != NULL; i++)
		remark->arg[i] = list[i + 1];
}

const char *lx_report_figure(struct report_builder *b, double number)
{
	char *text = lx_alloc(b->call, 32);

	if (text == NULL)
		return "";
	(void)snprintf(text, 32, "%.4g", number);
	return text;
}

/* ---- Running ---- */

static const struct report_method *const families[] = { lx_criteria_methods, lx_frontier_methods,
	lx_region_methods };

/* The n-th method of all, or NULL. */
static const struct report_method *method_at(size_t n)
{
	for (size_t f = 0; f < sizeof families / sizeof families[0]; f++)
		for (const struct report_method *m = families[f]; m->name != NULL; m++)
			if (n-- == 0)
				return m;
	return NULL;
}

static const struct report_method *find_method(enum lx_appraise_kind kind, struct lx_text name)
{
	const struct report_method *m;

	for (size_t i = 0; (m = method_at(i)) != NULL; i++)
		if (m->kind == kind && lx_text_is(name, m->name))
			return m;
	return NULL;
}

static bool kind_of_one(struct lx_text name, enum lx_appraise_kind *kind)
{
	const struct report_method *m;

	for (size_t k = 0; k < LX_KINDS; k++)
		if (lx_text_is(name, lx_appraise_kinds[k])) {
			*kind = (enum lx_appraise_kind)k;
			return true;
		}
	for (size_t i = 0; (m = method_at(i)) != NULL; i++)
		if (lx_text_is(name, m->name)) {
			*kind = m->kind;
			return true;
		}
	return false;
}

bool lx_appraise_kind_of(struct lx_text methods, enum lx_appraise_kind *kind)
{
	enum lx_appraise_kind found = LX_KINDS, one;
	struct lx_text name;

	while (lx_text_split(&methods, ',', &name)) {
		if (!kind_of_one(lx_text_trim(name), &one))
			return false;
		if (found == LX_KINDS || found == LX_KIND_ENTROPY) /* entropy serves two kinds */
			found = one;
	}
	if (found == LX_KINDS)
		return false;
	*kind = found;
	return true;
}

/* The methods asked for, in the order asked; all of the kind in the order of the tables. */
static enum lx_code choose(struct lx_call *call, enum lx_appraise_kind kind, const char *asked,
	const struct report_method **chosen, size_t *n, bool *all)
{
	struct lx_text rest = lx_text(asked), name;
	const struct report_method *m;

	*n = 0;
	*all = asked == NULL || lx_text_is(rest, lx_appraise_kinds[kind]);
	for (size_t i = 0; *all && (m = method_at(i)) != NULL; i++)
		if (m->kind == kind)
			chosen[(*n)++] = m;
	while (!*all && lx_text_split(&rest, ',', &name)) {
		m = find_method(kind, lx_text_trim(name));
		if (m == NULL || *n == METHODS_MAX)
			return lx_fail(call, LX_INVALID, "method", "appraise.method", "%.*s",
				(int)name.len, name.at);
		chosen[(*n)++] = m;
	}
	if (*n == 0)
		return lx_fail(call, LX_INVALID, "method", "appraise.method", "%s", asked);
	return LX_OK;
}

static bool open_section(
	struct lx_call *call, struct lx_appraise_section *section, const char *method)
{
	section->method = method;
	section->finding = lx_array(call, FINDINGS_MAX, sizeof *section->finding);
	section->remark = lx_array(call, REMARKS_MAX, sizeof *section->remark);
	return section->finding != NULL && section->remark != NULL;
}

/* Turns the fault into a remark: the method does not fit this file, others do. */
static void leave_out(struct report_builder *b)
{
	struct lx_fault *fault = &b->call->fault;
	char *field = lx_arena_copy(b->call->arena, fault->field, strlen(fault->field));
	char *detail = lx_arena_copy(b->call->arena, fault->detail, strlen(fault->detail));

	b->section->findings = b->section->remarks = 0;
	lx_report_remark(b, "appraise.left_out", b->section->method);
	lx_report_remark(b, fault->msgid, detail);
	b->section->remark[1].field = field != NULL && field[0] != '\0' ? field : NULL;
	lx_fault_clear(fault);
}

enum lx_code lx_appraise(struct lx_call *call, const struct lx_appraisal *appraisal,
	const char *methods, struct lx_appraise_report *out)
{
	const struct report_method *chosen[METHODS_MAX];
	struct report_builder b = { .call = call, .asked = appraisal };
	struct lx_fault first = { 0 };
	size_t n, done = 0;
	bool all;

	LX_TRY(choose(call, appraisal->kind, methods, chosen, &n, &all));
	struct lx_appraise_section *section = lx_array(call, n, sizeof *section);
	if (section == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		b.section = &section[i];
		if (!open_section(call, b.section, chosen[i]->name))
			return LX_BROKEN;
		enum lx_code code = chosen[i]->run(&b);
		if (code == LX_OK)
			code = call->fault.code;
		if (code != LX_OK && (!all || code != LX_INVALID))
			return code;
		if (code != LX_OK) {
			if (first.code == LX_OK)
				first = call->fault;
			leave_out(&b);
			continue;
		}
		done++;
	}
	if (done == 0) {
		call->fault = first;
		return first.code;
	}
	*out = (struct lx_appraise_report){ section, n };
	return LX_OK;
}
