/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the two readers of files share: numbers, names, roles of columns, neighbours' weights. */
#include "engines/appraise/inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 64

const char *const lx_appraise_kinds[LX_KINDS] = { "ahp", "mcdm", "entropy", "composite", "dea",
	"malmquist", "inequality", "krugman", "gravity", "coupling", "moran" };

void lx_appraisal_defaults(struct lx_appraisal *appraisal)
{
	*appraisal = (struct lx_appraisal){ .v = 0.5,
		.composite = { .spread = 0.25, .seed = 1, .draws = 1000 },
		.exponent = 2,
		.constant = 1,
		.groups = 1,
		.permutations = 999 };
}

static size_t digits(const char *at)
{
	size_t n = 0;

	while (at[n] >= '0' && at[n] <= '9')
		n++;
	return n;
}

/* How long the number at the beginning is; 0: none. */
static size_t number_length(const char *at)
{
	size_t n = at[0] == '-', whole = digits(at + n), part = 0;

	n += whole;
	if (at[n] == '.') {
		part = digits(at + n + 1);
		n += 1 + part;
	}
	if (whole + part == 0)
		return 0;
	if (at[n] == 'e' || at[n] == 'E') {
		size_t sign = at[n + 1] == '-' || at[n + 1] == '+';
		size_t power = digits(at + n + 1 + sign);
		if (power == 0)
			return 0;
		n += 1 + sign + power;
	}
	return n;
}

bool lx_number_read(struct lx_text text, double *number)
{
	char copy[DIGITS_MAX + 1];
	struct lx_text all = lx_text_trim(text);

	if (all.len == 0 || all.len > DIGITS_MAX)
		return false;
	memcpy(copy, all.at, all.len);
	copy[all.len] = '\0';
	size_t n = number_length(copy);
	if (n == 0)
		return false;
	double found = strtod(copy, NULL);
	if (copy[n] == '/') {
		const char *below = copy + n + 1;
		size_t more = number_length(below);
		if (more == 0)
			return false;
		found /= strtod(below, NULL);
		n += 1 + more;
	}
	if (n != all.len || !isfinite(found))
		return false;
	*number = found;
	return true;
}

struct lx_text *lx_number_names(struct lx_call *call, size_t n, const char *prefix)
{
	struct lx_text *names = lx_array(call, n, sizeof *names);
	size_t room = strlen(prefix) + 24;

	for (size_t i = 0; names != NULL && i < n; i++) {
		char *name = lx_alloc(call, room);
		if (name == NULL)
			return NULL;
		int len = snprintf(name, room, "%s%zu", prefix, i + 1);
		names[i] = (struct lx_text){ name, (size_t)len };
	}
	return names;
}

static int by_name(const void *left, const void *right)
{
	const struct lx_named *a = left, *b = right;

	return lx_text_order(a->name, b->name);
}

struct lx_named *lx_index_names(struct lx_call *call, size_t n, const struct lx_text *names)
{
	struct lx_named *index = lx_array(call, n, sizeof *index);

	if (index == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		index[i] = (struct lx_named){ names[i], i };
	qsort(index, n, sizeof *index, by_name);
	return index;
}

size_t lx_find_indexed(size_t n, const struct lx_named *index, struct lx_text name)
{
	const struct lx_named wanted = { name, 0 };
	const struct lx_named *found = bsearch(&wanted, index, n, sizeof *index, by_name);

	return found == NULL ? NOWHERE : found->at;
}

enum lx_code lx_check_names(
	struct lx_call *call, const char *field, size_t n, const struct lx_text *names)
{
	struct lx_arena_mark mark = lx_arena_here(call->arena);
	const struct lx_named *index = lx_index_names(call, n, names);

	if (index == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < n; i++) {
		struct lx_text name = index[i].name;
		if (name.len == 0)
			return lx_fail(call, LX_INVALID, field, "appraise.name_empty", NULL);
		if (i > 0 && lx_text_equal(name, index[i - 1].name))
			return lx_fail(call, LX_INVALID, field, "appraise.name_twice", "%.*s",
				(int)name.len, name.at);
	}
	lx_arena_back(call->arena, mark);
	return LX_OK;
}

size_t lx_find_name(size_t n, const struct lx_text *names, struct lx_text name)
{
	for (size_t i = 0; i < n; i++)
		if (lx_text_equal(names[i], name))
			return i;
	return NOWHERE;
}

/* Where the bracket at the end opens, ASCII or full width, and what stands inside. */
static bool last_bracket(struct lx_text name, size_t *opens, struct lx_text *inside)
{
	static const char wide_open[] = "\xef\xbc\x88", wide_close[] = "\xef\xbc\x89";
	size_t shut = 0, from = name.len;

	if (name.len >= 1 && name.at[name.len - 1] == ')')
		shut = 1;
	else if (name.len >= 3 && memcmp(name.at + name.len - 3, wide_close, 3) == 0)
		shut = 3;
	while (shut > 0 && from-- > 0) {
		size_t wide = name.len - from >= 3 && memcmp(name.at + from, wide_open, 3) == 0;
		if (name.at[from] != '(' && !wide)
			continue;
		size_t begin = from + (wide ? 3 : 1);
		*opens = from;
		*inside = (struct lx_text){ name.at + begin, name.len - shut - begin };
		return begin <= name.len - shut;
	}
	return false;
}

size_t lx_take_role(struct lx_text *name, const char *roles)
{
	struct lx_text all = lx_text(roles), word, inside;
	size_t opens;

	*name = lx_text_trim(*name);
	if (!last_bracket(*name, &opens, &inside))
		return NOWHERE;
	inside = lx_text_trim(inside);
	for (size_t i = 0; lx_text_word(&all, &word); i++)
		if (lx_text_equal(word, inside)) {
			*name = lx_text_trim((struct lx_text){ name->at, opens });
			return i / 2;
		}
	return NOWHERE;
}

enum lx_code lx_weigh_neighbours(
	struct lx_call *call, struct lx_neighbours *neighbours, bool row_standardised)
{
	double *weight = lx_doubles(call, neighbours->first[neighbours->n]);

	if (weight == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < neighbours->n; i++) {
		size_t from = neighbours->first[i], to = neighbours->first[i + 1];
		for (size_t k = from; k < to; k++)
			weight[k] = row_standardised ? 1 / (double)(to - from) : 1;
	}
	neighbours->weight = weight;
	return LX_OK;
}
