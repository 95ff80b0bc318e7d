/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The longest common subsequence of two texts cut into small pieces; beginning and end that are alike are left out of the search. */
#include "modules/agreements/wording.h"

#include <string.h>

struct cut {
	struct lx_text *at;
	size_t n;
};

static bool wordy(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static enum lx_code cut_up(struct lx_call *call, struct lx_text text, struct cut *out)
{
	out->at = lx_array(call, text.len + 1, sizeof *out->at);
	if (out->at == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < text.len;) {
		size_t from = i;
		(void)lx_utf8_next(text.at, text.len, &i);
		while (wordy(text.at[from]) && i < text.len && wordy(text.at[i]))
			i++;
		out->at[out->n++] = (struct lx_text){ text.at + from, i - from };
	}
	return LX_OK;
}

struct comparing {
	struct lx_wording_piece *pieces;
	size_t n;
};

enum part { SAME, GONE, COME };

/* Pieces of one kind that follow each other in their text become one. */
static void add(struct comparing *c, enum part part, struct lx_text text)
{
	struct lx_wording_piece *last = c->n == 0 ? NULL : &c->pieces[c->n - 1];
	struct lx_text *to = last == NULL   ? NULL
			     : part == SAME ? &last->same
			     : part == GONE ? &last->gone
					    : &last->come;

	if (text.len == 0)
		return;
	if (to != NULL && to->len > 0 && to->at + to->len == text.at) {
		to->len += text.len;
		return;
	}
	last = &c->pieces[c->n++];
	*last = (struct lx_wording_piece){ { "", 0 }, { "", 0 }, { "", 0 } };
	*(part == SAME ? &last->same : part == GONE ? &last->gone : &last->come) = text;
}

static size_t alike_at_front(const struct cut *a, const struct cut *b)
{
	size_t n = 0;

	while (n < a->n && n < b->n && lx_text_equal(a->at[n], b->at[n]))
		n++;
	return n;
}

static size_t alike_at_end(const struct cut *a, const struct cut *b, size_t front)
{
	size_t n = 0;

	while (n + front < a->n && n + front < b->n &&
		lx_text_equal(a->at[a->n - 1 - n], b->at[b->n - 1 - n]))
		n++;
	return n;
}

/* length[i * (m + 1) + k]: of the longest common subsequence of what follows i in a and k in b. */
static enum lx_code search(struct lx_call *call, const struct lx_text *a, size_t n,
	const struct lx_text *b, size_t m, struct comparing *out)
{
	uint16_t *length = lx_array(call, (n + 1) * (m + 1), sizeof *length);
	size_t i, k;

	if (length == NULL)
		return LX_BROKEN;
	for (i = n; i-- > 0;)
		for (k = m; k-- > 0;) {
			uint16_t down = length[(i + 1) * (m + 1) + k],
				 right = length[i * (m + 1) + k + 1];
			length[i * (m + 1) + k] =
				lx_text_equal(a[i], b[k])
					? (uint16_t)(length[(i + 1) * (m + 1) + k + 1] + 1)
				: down >= right ? down
						: right;
		}
	for (i = k = 0; i < n || k < m;) {
		if (i < n && k < m && lx_text_equal(a[i], b[k])) {
			add(out, SAME, a[i++]);
			k++;
		} else if (k == m || (i < n && length[(i + 1) * (m + 1) + k] >=
						       length[i * (m + 1) + k + 1])) {
			add(out, GONE, a[i++]);
		} else {
			add(out, COME, b[k++]);
		}
	}
	return LX_OK;
}

enum lx_code lx_wording_compare(struct lx_call *call, struct lx_text old, struct lx_text now,
	struct lx_wording_piece **pieces, size_t *n)
{
	struct cut a = { 0 }, b = { 0 };
	struct comparing out = { 0 };

	LX_TRY(cut_up(call, old, &a));
	LX_TRY(cut_up(call, now, &b));
	out.pieces = lx_array(call, a.n + b.n + 1, sizeof *out.pieces);
	if (out.pieces == NULL)
		return LX_BROKEN;
	size_t front = alike_at_front(&a, &b), end = alike_at_end(&a, &b, front);
	size_t from_a = a.n - front - end, from_b = b.n - front - end;
	for (size_t i = 0; i < front; i++)
		add(&out, SAME, a.at[i]);
	if (from_a <= LX_WORDING_MOST && from_b <= LX_WORDING_MOST) {
		LX_TRY(search(call, a.at + front, from_a, b.at + front, from_b, &out));
	} else {
		for (size_t i = 0; i < from_a; i++)
			add(&out, GONE, a.at[front + i]);
		for (size_t i = 0; i < from_b; i++)
			add(&out, COME, b.at[front + i]);
	}
	for (size_t i = a.n - end; i < a.n; i++)
		add(&out, SAME, a.at[i]);
	*pieces = out.pieces;
	*n = out.n;
	return LX_OK;
}
