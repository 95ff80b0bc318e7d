/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Draws a type for the manual, from its table: states with marks, what is awaited, acts, terms. */
#include "kernel/types/check.h"

static const char *const marks[] = { "", "○", "◐", "◇", "◆", "●", "―" };

static void draw_states(const struct lx_type *type, struct lx_buf *out)
{
	lx_buf_str(out, "| state | | awaits |\n| --- | --- | --- |\n");
	for (const struct lx_state *s = type->states; s->name != NULL; s++)
		lx_buf_printf(out, "| %s %s | %s | %s |\n", marks[s->mark], s->name,
			s->shown == LX_PUBLIC     ? ""
			: s->shown == LX_WITHHELD ? "withheld"
						  : "on request",
			s->awaits == NULL ? "" : s->awaits);
}

static void draw_acts(const struct lx_type *type, struct lx_buf *out)
{
	lx_buf_str(out, "\n| act | who | from → to | takes | taken back by |\n| --- | --- | --- | "
			"--- | --- |\n");
	for (const struct lx_act *a = type->acts; a->name != NULL; a++)
		lx_buf_printf(out, "| %s%s%s%s | %s | %s → %s | %s | %s |\n", a->name,
			a->consent == NULL ? "" : " (consent: ",
			a->consent == NULL ? "" : a->consent, a->consent == NULL ? "" : ")", a->who,
			a->from == NULL ? "·" : a->from, a->to == NULL ? "=" : a->to,
			a->takes == NULL ? "" : a->takes, a->undo);
}

void lx_type_draw(const struct lx_type *type, struct lx_buf *out)
{
	lx_buf_printf(out, "## %s\n\n", type->name);
	draw_states(type, out);
	draw_acts(type, out);
	for (const struct lx_term *t = type->terms; t != NULL && t->field != NULL; t++)
		lx_buf_printf(out, "%s- ⏲ %s runs in %s%s%s; then %s\n",
			t == type->terms ? "\n" : "", t->field, t->runs,
			t->rests == NULL ? "" : ", rests in ", t->rests == NULL ? "" : t->rests,
			t->then);
	lx_buf_char(out, '\n');
}
