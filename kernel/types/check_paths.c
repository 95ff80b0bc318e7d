/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Following paths in the tables ("source.party.member", "charter.council.seat.member") without any record. */
#include "kernel/types/check_paths.h"

/* Where a path stands: in a record of a type, or in a row of it. */
struct place {
	const struct lx_type *type;
	int rows; /* -1: the record */
};

static bool step(const struct lx_checking *k, struct place at, struct lx_text word,
	struct place out[8], size_t *n)
{
	const struct lx_field *fields = at.rows < 0 ? at.type->fields
						    : at.type->rows[at.rows].fields;
	int field = lx_field_find(fields, word),
	    rows = at.rows < 0 ? lx_rows_find(at.type, word) : -1;

	if (rows >= 0) {
		out[(*n)++] = (struct place){ at.type, rows };
		return true;
	}
	if (field < 0 && at.rows >= 0) /* from a row on to what its record has */
		return step(k, (struct place){ at.type, -1 }, word, out, n);
	if (field < 0)
		return false;
	struct lx_text rest = lx_text(fields[field].of), each, type;
	while (fields[field].kind == LX_LINK && *n < 8 && lx_text_word(&rest, &each)) {
		(void)lx_text_split(&each, '.', &type);
		const struct lx_type *target = lx_check_type(k, type);
		if (target != NULL)
			out[(*n)++] = (struct place){ target,
				each.len == 0 ? -1 : lx_rows_find(target, each) };
	}
	return true;
}

void lx_check_path(struct lx_checking *k, const char *where, const char *path)
{
	struct lx_text rest = lx_text(path), word;
	struct place places[8] = { { k->type, -1 } };
	size_t n = 1;

	while (lx_text_split(&rest, '.', &word)) {
		struct place next[8];
		size_t found = 0;
		bool some = lx_text_is(word, "self");
		if (some)
			continue;
		if (lx_text_is(word, "charter") && lx_field_find(k->type->fields, word) < 0) {
			places[0] = (struct place){ lx_check_type(k, word), -1 };
			n = places[0].type == NULL ? 0 : 1;
			continue;
		}
		for (size_t i = 0; i < n && found < 8; i++)
			some = step(k, places[i], word, next, &found) || some;
		if (!some) {
			lx_check_fault(k, where, "the path '%s' leads nowhere at '%.*s'", path,
				(int)word.len, word.at);
			return;
		}
		for (size_t i = 0; i < found; i++)
			places[i] = next[i];
		n = found;
	}
}
