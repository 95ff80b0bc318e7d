/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From the rows of an allocation to a game: who plays, what which group stated. */
#include "modules/allocations/inner.h"

#include "kernel/types/apply.h"

#include <string.h>

enum lx_code lx_allocation_players(
	struct lx_call *call, const struct lx_record *record, struct lx_allocation *out)
{
	const struct lx_row_list *players = lx_record_list(record, "player");

	*out = (struct lx_allocation){ .n = (unsigned)players->n, .weighted = true };
	if (players->n < 2 || players->n > LX_ALLOCATION_PLAYERS)
		return lx_fail(call, LX_CONFLICT, "player", "allocation_players", NULL);
	for (unsigned i = 0; i < out->n; i++) {
		struct lx_value weight = lx_row_value(
			record, "player", &players->rows[i], "weight");
		struct lx_ref ref;
		out->members[i] = lx_row_value(record, "player", &players->rows[i], "member").text;
		if (!lx_ref_read(out->members[i], &ref))
			return lx_fail(call, LX_CONFLICT, "player", "allocation_players", NULL);
		out->numbers[i] = ref.number;
		out->weights[i] = weight.number;
		out->weighted = out->weighted && weight.kind == LX_V_INT && weight.number > 0;
	}
	out->cost = lx_text_is(lx_record_value(record, "of").text, "cost");
	out->parts = lx_text_is(lx_record_value(record, "missing").text, "parts");
	return LX_OK;
}

enum lx_code lx_allocation_read(
	struct lx_call *call, const struct lx_record *record, struct lx_allocation *out)
{
	const struct lx_row_list *worths = lx_record_list(record, "worth");

	LX_TRY(lx_allocation_players(call, record, out));
	size_t all = (size_t)1 << out->n;
	out->worth = lx_array(call, all, sizeof *out->worth);
	out->known = lx_array(call, all, sizeof *out->known);
	if (out->worth == NULL || out->known == NULL)
		return LX_BROKEN;
	out->known[0] = out->known[all - 1] = true;
	out->worth[all - 1] = lx_record_value(record, "total").number;
	for (size_t i = 0; i < worths->n; i++) {
		uint32_t mask = lx_allocation_mask(
			out, lx_row_value(record, "worth", &worths->rows[i], "coalition").text);
		struct lx_value amount = lx_row_value(record, "worth", &worths->rows[i], "amount");
		if (mask == 0 || mask == all - 1 || amount.kind != LX_V_INT)
			continue;
		out->stated += !out->known[mask];
		out->known[mask] = true;
		out->worth[mask] = amount.number;
	}
	return LX_OK;
}

enum lx_code lx_allocation_whole(struct lx_call *call, struct lx_allocation *a, size_t *filled)
{
	size_t all = (size_t)1 << a->n, n = 0;

	*filled = 0;
	if (!a->parts)
		return LX_OK;
	struct lx_priced *stated = lx_array(call, all, sizeof *stated);
	if (stated == NULL)
		return LX_BROKEN;
	for (size_t S = 1; S < all; S++)
		if (a->known[S])
			stated[n++] = (struct lx_priced){ (uint32_t)S, a->worth[S] };
	*filled = all - 1 - n;
	return lx_game_fill(call, a->n, a->cost, stated, n, a->worth);
}

uint32_t lx_allocation_mask(const struct lx_allocation *a, struct lx_text coalition)
{
	struct lx_text rest = coalition, word;
	uint32_t mask = 0;

	while (lx_text_split(&rest, '+', &word)) {
		int64_t number;
		unsigned i = 0;
		if (!lx_text_int(word, &number))
			return 0;
		while (i < a->n && a->numbers[i] != number)
			i++;
		if (i == a->n || (mask & UINT32_C(1) << i) != 0)
			return 0;
		mask |= UINT32_C(1) << i;
	}
	return mask;
}

void lx_allocation_name(const struct lx_allocation *a, uint32_t mask, struct lx_buf *out)
{
	bool first = true;

	for (unsigned i = 0; i < a->n; i++) {
		if ((mask & UINT32_C(1) << i) == 0)
			continue;
		if (!first)
			lx_buf_char(out, '+');
		first = false;
		lx_buf_int(out, a->numbers[i]);
	}
}
