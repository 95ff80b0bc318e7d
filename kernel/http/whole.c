/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whether every byte of a head is accounted for. The HTTP library hands over zero-terminated strings cut
 * out of what arrived, so a zero byte in the middle of a value, a folded line or a line end of its own
 * kind would pass unseen: one reader would see "a", another "a\0b". Here the gaps between the strings are looked at.
 */
#include "kernel/http/head.h"

struct walk {
	const char *at, *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Moves over a string that must begin here. */
static bool over(struct walk *walk, struct lx_text text)
{
	if (text.at != walk->at || text.len > (size_t)(walk->end - walk->at))
		return false;
	walk->at += text.len;
	return true;
}

static void over_blanks(struct walk *walk)
{
	while (walk->at < walk->end && is_blank(*walk->at))
		walk->at++;
}

/* n zero bytes: what the library leaves of separators (1) and line ends (CR and LF: 2). */
static bool over_zeros(struct walk *walk, size_t n)
{
	for (; n > 0; n--, walk->at++)
		if (walk->at == walk->end || *walk->at != '\0')
			return false;
	return true;
}

static bool over_line(struct walk *walk, const struct lx_head *head)
{
	if (!over(walk, head->method) || !over_zeros(walk, 1))
		return false;
	over_blanks(walk);
	/* the target has been cut at its query, so only its length can be compared */
	if (head->target.len > (size_t)(walk->end - walk->at))
		return false;
	walk->at += head->target.len;
	return over_zeros(walk, 1) && over(walk, head->version) && over_zeros(walk, 2);
}

static bool over_field(struct walk *walk, const struct lx_head_field *field)
{
	if (!over(walk, field->name) || !over_zeros(walk, 1))
		return false;
	over_blanks(walk);
	if (field->value.len > 0 && !over(walk, field->value))
		return false;
	over_blanks(walk);
	return over_zeros(walk, 2);
}

bool lx_head_whole(const struct lx_head *head)
{
	struct walk walk = { head->method.at, head->method.at + head->bytes };

	if (!over_line(&walk, head))
		return false;
	for (size_t i = 0; i < head->fields_n; i++)
		if (!over_field(&walk, &head->fields[i]))
			return false;
	return over_zeros(&walk, 2) && walk.at == walk.end;
}
