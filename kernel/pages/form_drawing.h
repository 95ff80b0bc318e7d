/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A form being drawn: what form_fields.c and form_rows.c share. */
#ifndef LX_KERNEL_PAGES_FORM_DRAWING_H
#define LX_KERNEL_PAGES_FORM_DRAWING_H

#include "kernel/pages/pages.h"

struct lx_drawing {
	const struct lx_reader *reader;
	const struct lx_shape *shape;
	const struct lx_record *record;
	const json_t *typed;
	const json_t *stands; /* the record as the reader may see it; NULL: there is none yet */
	struct lx_field_view *fields;
	size_t n;
};

/* What was typed under a name, or a reduced value's text, as a field holds it. */
struct lx_text lx_typed_text(const struct lx_drawing *d, const json_t *typed, const char *name);

/* One field, with its kind, options, help and what was typed. */
void lx_draw_field(const struct lx_drawing *d, const struct lx_field *field, const json_t *typed,
	const char *name, bool needed, struct lx_field_view *view);

/* A list as an act takes it: "+rows" draws empty rows, "=rows" those that are there, "*rows" both. */
void lx_draw_rows(struct lx_drawing *d, const struct lx_rows *rows, char sign, bool needed);

#endif
